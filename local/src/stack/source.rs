//! Where a template comes from, and the folder that functions see as theirs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use template::Template;

use super::TemplateSource;
use crate::error::Error;

/// The template, and the folder that functions see as theirs.
pub(super) fn read_template(
    source: &TemplateSource,
    parameters: &BTreeMap<String, String>,
) -> Result<(Template, PathBuf), Error> {
    let (yaml, folder) = match source {
        TemplateSource::Yaml(yaml) => (yaml.clone(), None),
        TemplateSource::File(path) => {
            let yaml = std::fs::read_to_string(path);
            (yaml.map_err(|cause| Error::TemplateFile { path: path.clone(), cause })?, path.parent())
        }
    };
    let template = Template::read(&yaml, parameters).map_err(|cause| {
        let path = match source {
            TemplateSource::File(path) => path.clone(),
            TemplateSource::Yaml(_) => PathBuf::from("template.yaml"),
        };
        Error::Template { path, cause }
    })?;
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));

    Ok((template, absolute(folder)?))
}

pub(super) fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).map_err(|cause| Error::File { path: path.to_owned(), cause })
}
