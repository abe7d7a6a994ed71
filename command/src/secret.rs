//! Where a new secret goes: it is shown once, or put where it is wanted. The place is taken before a secret is made, so that none is
//! made that has nowhere to go.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use aws_sdk_secretsmanager::Client;
use serde_json::Value;

use crate::error::{Error, chain};
use crate::place::{Place, Target};

/// Where a secret is to go, by the command line.
#[derive(Clone, Debug)]
pub(crate) enum Destination {
    /// A file that is not there yet.
    File(PathBuf),
    /// A secret of Secrets Manager that is not there yet, by its name.
    SecretsManager(String),
}

/// What the help of `--secret-to` says.
pub(crate) const HELP: &str = "Where the secret goes instead of being shown: file:PATH (a new file, for you alone) or secretsmanager:NAME (a new secret in the stack's region)";

/// Reads `file:PATH` or `secretsmanager:NAME`.
pub(crate) fn destination(text: &str) -> Result<Destination, String> {
    match text.split_once(':') {
        Some(("file", path)) if !path.is_empty() => Ok(Destination::File(path.into())),
        Some(("secretsmanager", name)) if !name.is_empty() => Ok(Destination::SecretsManager(name.to_owned())),
        _ => Err("it is written file:PATH or secretsmanager:NAME".to_owned()),
    }
}

/// A place that is reserved, and empty.
#[derive(Debug)]
pub(crate) enum Reserved {
    /// Nobody has named one: the secret is shown.
    Shown,
    File(PathBuf, File),
    SecretsManager(String, Box<Client>),
}

impl Reserved {
    /// Reserves the place that `destination` names, for a secret of the stack at `place`, which is `target`.
    pub(crate) async fn at(destination: Option<&Destination>, target: &Target, place: &Place) -> Result<Self, Error> {
        match destination {
            None => Ok(Self::Shown),
            Some(Destination::File(path)) => {
                let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
                match made {
                    Ok(file) => Ok(Self::File(path.clone(), file)),
                    Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {
                        Err(Error::Usage(format!("{} is there already, and stays as it is", path.display())))
                    }
                    Err(cause) => Err(Error::usage(format_args!("{}: {cause}", path.display()))),
                }
            }
            Some(Destination::SecretsManager(_)) if place.is_local => {
                Err(Error::Usage("a local stack has no Secrets Manager: --secret-to file:PATH".to_owned()))
            }
            Some(Destination::SecretsManager(name)) => {
                let client = Client::new(&target.aws_of(place).await);
                let made = Box::pin(client.create_secret().name(name).send()).await;
                made.map_err(|cause| match cause.as_service_error() {
                    Some(error) if error.is_resource_exists_exception() => {
                        Error::Usage(format!("the secret {name} is there already, and stays as it is"))
                    }
                    _ => Error::Failed(format!("Secrets Manager: {}", chain(&cause))),
                })?;
                Ok(Self::SecretsManager(name.clone(), Box::new(client)))
            }
        }
    }

    /// Takes the secret out of `made`, and puts it there. What is shown keeps it.
    pub(crate) async fn fill(self, made: &mut Value) -> Result<(), Error> {
        let id = made["id"].as_str().unwrap_or_default().to_owned();
        let lost =
            |why: String| Error::Failed(format!("the key {id} has a new secret, which is lost: regenerate it ({why})"));
        // A repeat of a request whose answer was lost is answered without it.
        let Some(secret) = made.get("key").and_then(Value::as_str).map(str::to_owned) else {
            self.give_up().await;
            return Err(lost("it was in an answer that did not arrive".to_owned()));
        };
        let place = match self {
            Self::Shown => return Ok(()),
            Self::File(path, mut file) => {
                let written = file.write_all(secret.as_bytes()).and_then(|()| file.write_all(b"\n"));
                written.and_then(|()| file.sync_all()).map_err(|cause| lost(format!("{}: {cause}", path.display())))?;
                format!("file:{}", path.display())
            }
            Self::SecretsManager(name, client) => {
                let put = Box::pin(client.put_secret_value().secret_id(&name).secret_string(secret).send()).await;
                put.map_err(|cause| lost(format!("Secrets Manager: {}", chain(&cause))))?;
                format!("secretsmanager:{name}")
            }
        };
        if let Some(made) = made.as_object_mut() {
            made.insert("key".to_owned(), place.into());
        }

        Ok(())
    }

    /// Gives the place up: there is no secret.
    pub(crate) async fn give_up(self) {
        match self {
            Self::Shown => (),
            // It is empty, so that nothing is lost if it stays.
            Self::File(path, _) => drop(std::fs::remove_file(path)),
            Self::SecretsManager(name, client) => {
                let delete = client.delete_secret().secret_id(name).force_delete_without_recovery(true);
                drop(Box::pin(delete.send()).await);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::destination;

    #[test]
    fn a_destination_names_a_file_or_a_secret() {
        assert!(destination("file:/run/key").is_ok() && destination("secretsmanager:prod/key").is_ok());
        for wrong in ["", "/run/key", "file:", "secretsmanager:", "stdout:"] {
            assert!(destination(wrong).is_err(), "{wrong}");
        }
    }
}
