//! Secrets below `latchkey/`, with their versions and the labels of these, as Secrets Manager keeps them: each call changes what it
//! says and nothing else, and the first version of a secret is current, whatever label was asked for.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Mutex;

use http::Response;
use hyper::body::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answer;
use crate::data_dir::write_private;
use crate::error::Error;
use crate::sync::lock;

/// What the names of such secrets begin with.
const PREFIX: &str = "latchkey/";

/// A secret.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Kept {
    /// Its versions: the text of each, by its id.
    pub versions: BTreeMap<String, String>,
    /// Its labels: the id of the version that has each.
    pub labels: BTreeMap<String, String>,
}

impl Kept {
    /// The text of the version with this label.
    pub fn labelled(&self, label: &str) -> Option<&str> {
        self.versions.get(self.labels.get(label)?).map(String::as_str)
    }

    fn has(&self, label: &str, version: &str) -> bool {
        self.labels.get(label).is_some_and(|has| has == version)
    }

    /// Gives `version` the `label`. Who loses `AWSCURRENT` becomes `AWSPREVIOUS`.
    fn label(&mut self, label: &str, version: &str) {
        let before = self.labels.insert(label.to_owned(), version.to_owned());
        if let Some(before) = before.filter(|before| label == CURRENT && before != version) {
            self.labels.insert("AWSPREVIOUS".to_owned(), before);
        }
    }
}

/// No text of it.
impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("labels", &self.labels).finish_non_exhaustive()
    }
}

const CURRENT: &str = "AWSCURRENT";

/// All of them, and the file that they survive the stack in, if they do.
#[derive(Debug)]
pub(super) struct Shelf {
    kept: Mutex<BTreeMap<String, Kept>>,
    file: Option<PathBuf>,
}

/// A request, of whichever kind.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    #[serde(alias = "Name")]
    secret_id: String,
    client_request_token: Option<String>,
    secret_string: Option<String>,
    version_stages: Option<Vec<String>>,
    version_id: Option<String>,
    version_stage: Option<String>,
    move_to_version_id: Option<String>,
    remove_from_version_id: Option<String>,
}

/// An error of Secrets Manager's, by its name.
struct Refused(&'static str);

const ABSENT: Refused = Refused("ResourceNotFoundException");
const TAKEN: Refused = Refused("ResourceExistsException");
const WRONG: Refused = Refused("InvalidParameterException");

impl Shelf {
    /// What an earlier run has left in `file`.
    pub(super) fn open(file: Option<PathBuf>) -> Result<Self, Error> {
        let kept = match file.as_ref().map(|path| (path, std::fs::read(path))) {
            Some((path, Ok(json))) => {
                serde_json::from_slice(&json).map_err(|cause| Error::State { path: path.clone(), cause })?
            }
            Some((_, Err(_))) | None => BTreeMap::new(),
        };

        Ok(Self { kept: Mutex::new(kept), file })
    }

    /// The secret `name`.
    pub(super) fn kept(&self, name: &str) -> Option<Kept> {
        lock(&self.kept).get(name).cloned()
    }

    /// Makes the secret `name` where there is none, and gives it a current version with this `text`.
    pub(super) fn put_by_hand(&self, name: &str, text: &str) {
        let version = uuid::Uuid::new_v4().to_string();
        let mut kept = lock(&self.kept);
        let kept = kept.entry(name.to_owned()).or_default();
        kept.versions.insert(version.clone(), text.to_owned());
        kept.label(CURRENT, &version);
    }

    /// The answer to `action`, where it is about such a secret.
    pub(super) fn answer(&self, action: &str, body: &[u8]) -> Option<Response<Bytes>> {
        let asked: Asked =
            serde_json::from_slice(body).ok().filter(|asked: &Asked| asked.secret_id.starts_with(PREFIX))?;
        let mut kept = lock(&self.kept);
        let answered = carry_out(&mut kept, action, asked);
        if let (Ok(_), Some(file)) = (&answered, &self.file) {
            // Somebody may have taken the folder away meanwhile: what is in memory stays.
            drop(write_private(file, &*kept));
        }

        Some(match answered {
            Ok(answered) => answer::json(200, &answered),
            Err(Refused(kind)) => answer::error(true, 400, kind, "refused"),
        })
    }
}

fn carry_out(all: &mut BTreeMap<String, Kept>, action: &str, asked: Asked) -> Result<Value, Refused> {
    let name = asked.secret_id.clone();
    if action == "CreateSecret" {
        if all.contains_key(&name) {
            return Err(TAKEN);
        }
        all.insert(name.clone(), Kept::default());
    }
    let kept = all.get_mut(&name).ok_or(ABSENT)?;
    let version = match action {
        "CreateSecret" if asked.secret_string.is_none() => None,
        "CreateSecret" | "PutSecretValue" => Some(put(kept, asked)?),
        "GetSecretValue" => return get(kept, &name, &asked),
        "UpdateSecretVersionStage" => {
            relabel(kept, &asked)?;
            None
        }
        "DescribeSecret" => None,
        _ => return Err(WRONG),
    };
    let mut stages: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (label, version) in &kept.labels {
        stages.entry(version).or_default().push(label);
    }

    Ok(json!({ "ARN": name, "Name": name, "VersionId": version, "VersionIdsToStages": stages }))
}

fn put(kept: &mut Kept, asked: Asked) -> Result<String, Refused> {
    let version = asked.client_request_token.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
    let text = asked.secret_string.filter(|text| !text.is_empty()).ok_or(WRONG)?;
    if !(32..=64).contains(&version.len()) {
        return Err(WRONG);
    }
    match kept.versions.get(&version) {
        Some(before) if *before != text => return Err(TAKEN),
        Some(_) => return Ok(version),
        None => (),
    }
    let is_first = kept.versions.is_empty();
    kept.versions.insert(version.clone(), text);
    let labels = asked.version_stages.unwrap_or_else(|| vec![CURRENT.to_owned()]);
    for label in labels.iter().map(String::as_str).chain(is_first.then_some(CURRENT)) {
        kept.label(label, &version);
    }

    Ok(version)
}

fn get(kept: &Kept, name: &str, asked: &Asked) -> Result<Value, Refused> {
    let label = asked.version_stage.as_deref().unwrap_or(CURRENT);
    let version = asked.version_id.as_ref().or_else(|| kept.labels.get(label)).ok_or(ABSENT)?;
    let text = kept.versions.get(version).ok_or(ABSENT)?;

    Ok(json!({ "ARN": name, "Name": name, "VersionId": version, "SecretString": text }))
}

fn relabel(kept: &mut Kept, asked: &Asked) -> Result<(), Refused> {
    let label = asked.version_stage.as_deref().ok_or(WRONG)?;
    let from = asked.remove_from_version_id.as_deref();
    // Whoever takes a label from a version must say from which.
    let is_said = match from {
        Some(from) => kept.has(label, from),
        None => !kept.labels.contains_key(label),
    };
    if !is_said {
        return Err(WRONG);
    }
    match asked.move_to_version_id.as_deref() {
        Some(to) if kept.versions.contains_key(to) => kept.label(label, to),
        Some(_) => return Err(ABSENT),
        None => drop(kept.labels.remove(label)),
    }

    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the shelf answers: the error's name, or the value.
    fn ask(shelf: &Shelf, action: &str, body: &Value) -> Value {
        let answer = shelf.answer(action, body.to_string().as_bytes()).unwrap();
        let body: Value = serde_json::from_slice(answer.body()).unwrap();
        body.get("__type").cloned().unwrap_or(body)
    }

    #[test]
    fn the_first_version_is_current_whatever_was_asked_for_and_labels_move_by_what_they_are_taken_from() {
        let folder = tempfile::tempdir().unwrap();
        let file = Some(folder.path().join("secrets.json"));
        let shelf = Shelf::open(file.clone()).unwrap();
        let id = "latchkey/acme/key_1";
        let [one, two] = ["1", "2"].map(|digit| digit.repeat(64));
        let put = |version: &str, text: &str| {
            let labels = ["AWSPENDING"];
            json!({"SecretId": id, "ClientRequestToken": version, "SecretString": text, "VersionStages": labels})
        };
        assert_eq!(ask(&shelf, "DescribeSecret", &json!({"SecretId": id})), "ResourceNotFoundException");
        ask(&shelf, "CreateSecret", &json!({"Name": id}));
        assert_eq!(ask(&shelf, "CreateSecret", &json!({"Name": id})), "ResourceExistsException");
        ask(&shelf, "PutSecretValue", &put(&one, "a"));
        let stages =
            |shelf: &Shelf| ask(shelf, "DescribeSecret", &json!({"SecretId": id}))["VersionIdsToStages"].clone();
        assert_eq!(stages(&shelf), json!({ &one: ["AWSCURRENT", "AWSPENDING"] }));
        assert_eq!(ask(&shelf, "PutSecretValue", &put(&one, "b")), "ResourceExistsException");
        assert_eq!(ask(&shelf, "PutSecretValue", &put(&one, "a"))["VersionId"], json!(one));
        ask(&shelf, "PutSecretValue", &put(&two, "b"));
        assert_eq!(stages(&shelf), json!({ &one: ["AWSCURRENT"], &two: ["AWSPENDING"] }));
        let moved = |from: Option<&str>| json!({"SecretId": id, "VersionStage": "AWSCURRENT", "MoveToVersionId": two, "RemoveFromVersionId": from});
        for wrong in [None, Some(&*two)] {
            assert_eq!(ask(&shelf, "UpdateSecretVersionStage", &moved(wrong)), "InvalidParameterException");
        }
        ask(&shelf, "UpdateSecretVersionStage", &moved(Some(&one)));
        let pending = json!({"SecretId": id, "VersionStage": "AWSPENDING", "RemoveFromVersionId": two});
        ask(&shelf, "UpdateSecretVersionStage", &pending);
        let again = Shelf::open(file).unwrap();
        assert_eq!(stages(&again), json!({ &one: ["AWSPREVIOUS"], &two: ["AWSCURRENT"] }));
        assert_eq!(ask(&again, "GetSecretValue", &json!({"SecretId": id}))["SecretString"], "b");
        assert_eq!(ask(&again, "GetSecretValue", &json!({"SecretId": id, "VersionId": one}))["SecretString"], "a");
        assert!(!format!("{:?}", again.kept(id)).contains("\"b\""));
        assert!(again.answer("GetSecretValue", br#"{"SecretId": "arn:aws:secretsmanager:master"}"#).is_none());
    }
}
