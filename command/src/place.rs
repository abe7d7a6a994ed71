//! Which stack is meant, where it is, and who signs requests to it.

mod chain;
mod cloudformation;
mod samconfig;
mod settings;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use clap::Args;
use http::Uri;
use local::program::Running;

use crate::error::{Error, chain as causes};
use crate::talk;
use crate::wire::{Http, now};

/// The stack of a team that has never said how it is called.
const STACK: &str = "latchkey";

/// What is said to whoever has none.
const NO_CREDENTIALS: &str = "no AWS credentials: sign in as for the AWS CLI, by variables (AWS_ACCESS_KEY_ID …) or by a profile that there is (--profile)";

/// For how long credentials must last to be used again: 1 minute.
const MARGIN: Duration = Duration::from_mins(1);

/// The region that a stack on this machine pretends to be in.
const LOCAL_REGION: &str = "us-east-1";

/// Which stack is meant, by the command line.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Target {
    #[arg(long, global = true, value_name = "URL", conflicts_with = "stack", display_order = 101)]
    #[arg(help = "The stack's address [env: LATCHKEY_URL]")]
    url: Option<String>,

    #[arg(long, global = true, value_name = "NAME", display_order = 102)]
    #[arg(help = "The stack's name in CloudFormation [env: LATCHKEY_STACK]")]
    stack: Option<String>,

    /// The profile of your AWS credentials
    #[arg(long, global = true, value_name = "NAME", display_order = 103)]
    profile: Option<String>,

    /// The stack's region
    #[arg(long, global = true, value_name = "NAME", display_order = 104)]
    region: Option<String>,
}

/// A stack, found.
#[derive(Debug)]
pub(crate) struct Place {
    /// Its address, without a slash at its end.
    pub(crate) url: String,
    /// By what it was found, for people.
    pub(crate) how: String,
    /// Whether nobody has named it.
    pub(crate) is_found_here: bool,
    /// Whether it is one that this user has running: nothing of it is in AWS.
    pub(crate) is_local: bool,
    pub(crate) region: String,
    /// What CloudFormation says of it, where that was asked.
    pub(crate) outputs: BTreeMap<String, String>,
    pub(crate) signer: Signer,
}

/// Who signs.
#[derive(Debug)]
pub(crate) struct Signer {
    provider: SharedCredentialsProvider,
    /// What it has said: to ask it can start a program, or call AWS.
    kept: Mutex<Option<Credentials>>,
}

impl Signer {
    fn new(provider: SharedCredentialsProvider) -> Self {
        Self { provider, kept: Mutex::default() }
    }

    /// What to sign with, now.
    pub(crate) async fn credentials(&self) -> Result<Credentials, Error> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let lasts = |credentials: &Credentials| credentials.expiry().is_none_or(|end| end > now() + MARGIN);
        if let Some(kept) = kept.filter(lasts) {
            return Ok(kept);
        }
        let found = self.provider.provide_credentials().await;
        let found = found.map_err(|cause| {
            let said = causes(&cause);
            // Where nothing else is, the last that is asked is the machine itself, which is none of AWS's.
            if matches!(cause, CredentialsError::CredentialsNotLoaded(_)) || said.contains("IMDS") {
                return Error::Failed(NO_CREDENTIALS.to_owned());
            }
            // They are there, and do not work: a session is over, a program has failed.
            Error::Failed(format!("no AWS credentials: {said}"))
        })?;
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(found.clone());

        Ok(found)
    }
}

impl Target {
    /// Finds the stack.
    pub(crate) async fn find(&self, http: &Http) -> Result<Place, Error> {
        let told = |name: &str| settings::variable(name).filter(|_| self.url.is_none() && self.stack.is_none());
        if let Some(url) = self.url.clone().or_else(|| told("LATCHKEY_URL")) {
            return self.at(&url).await;
        }
        if let Some(stack) = self.stack.clone().or_else(|| told("LATCHKEY_STACK")) {
            return self.deployed(&stack, http).await;
        }
        let running = local::program::running().map_err(Error::failed)?;
        match running.as_slice() {
            [] => {
                let name = samconfig::stack()?.unwrap_or_else(|| STACK.to_owned());
                self.deployed(&name, http)
                    .await
                    .map_err(|error| error.about("no local stack runs (`latchkey local` or `cargo run` starts one)"))
            }
            [one] => Ok(on_this_machine(one)),
            several => {
                let urls: Vec<_> = several.iter().map(|running| running.url.as_str()).collect();
                Err(Error::Usage(format!("several local stacks run: say with --url which one: {}", urls.join(", "))))
            }
        }
    }

    /// What the AWS SDK knows by the environment, profiles and what is around.
    async fn aws(&self) -> SdkConfig {
        chain::load(self.profile.as_deref(), self.region.as_deref()).await
    }

    /// The same where `place` is.
    pub(crate) async fn aws_of(&self, place: &Place) -> SdkConfig {
        chain::load(self.profile.as_deref(), Some(&place.region)).await
    }

    /// The stack at `url`.
    async fn at(&self, url: &str) -> Result<Place, Error> {
        let uri: Uri = url.parse().map_err(|cause| Error::Usage(format!("{url}: {cause}")))?;
        let Some(host) = uri.host().filter(|_| matches!(uri.scheme_str(), Some("http" | "https"))) else {
            return Err(Error::Usage(format!("{url} is no address: it begins with https:// or http://")));
        };
        if uri.query().is_some() {
            return Err(Error::Usage(format!("{url}: an address has no query")));
        }
        // A stack of this user's own takes no signature but that of its own operator.
        let running = if is_here(host) { local::program::running().map_err(Error::failed)? } else { Vec::new() };
        if let Some(running) = running.iter().find(|running| trimmed(&running.url) == trimmed(url)) {
            return Ok(Place { is_found_here: false, ..on_this_machine(running) });
        }
        if uri.scheme_str() == Some("http") && !is_here(host) {
            talk::note(&format!("whoever is between you and {url} reads what is said, secrets too: https:// hides it"));
        }
        let config = self.aws().await;
        let region =
            self.region.clone().or_else(|| region_in(host)).or_else(|| config.region().map(ToString::to_string));
        let region = region.or_else(|| is_here(host).then(|| LOCAL_REGION.to_owned()));
        let region = region.ok_or_else(|| Error::Usage("which region? --region or AWS_REGION says it".to_owned()))?;

        Ok(Place {
            url: trimmed(url),
            how: "by its address".to_owned(),
            is_found_here: false,
            is_local: false,
            region,
            outputs: BTreeMap::new(),
            signer: signer(&config)?,
        })
    }

    /// The stack that CloudFormation calls `name`.
    async fn deployed(&self, name: &str, http: &Http) -> Result<Place, Error> {
        let config = self.aws().await;
        let region = config.region().map(ToString::to_string);
        let region = region.ok_or_else(|| {
            Error::Usage(format!("in which region is the stack {name}? --region, AWS_REGION or a profile says it"))
        })?;
        let signer = signer(&config)?;
        let credentials = signer.credentials().await?;
        let outputs =
            cloudformation::outputs(http, name, &region, &credentials, chain::cloudformation(&config)).await?;
        let url = outputs.get("ApiUrl").ok_or_else(|| {
            Error::Failed(format!("the stack {name} has no output ApiUrl: name its address with --url"))
        })?;

        Ok(Place {
            url: trimmed(url),
            how: format!("the stack {name} in {region}"),
            is_found_here: false,
            is_local: false,
            region,
            outputs,
            signer,
        })
    }
}

/// A stack that the user has running.
fn on_this_machine(running: &Running) -> Place {
    let Running { url, operator, .. } = running;
    let credentials = Credentials::new(&operator.access_key_id, &operator.secret_access_key, None, None, "local");

    Place {
        url: trimmed(url),
        how: format!("the local stack at {url}"),
        is_found_here: true,
        is_local: true,
        region: operator.region.clone(),
        outputs: BTreeMap::new(),
        signer: Signer::new(SharedCredentialsProvider::new(credentials)),
    }
}

fn signer(config: &SdkConfig) -> Result<Signer, Error> {
    let provider = config.credentials_provider();

    provider.map(Signer::new).ok_or_else(|| Error::Failed("no AWS credentials".to_owned()))
}

fn trimmed(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
}

/// The region in an address that API Gateway has given.
fn region_in(host: &str) -> Option<String> {
    let (_, rest) = host.split_once(".execute-api.")?;

    rest.split_once(".amazonaws.com").map(|(region, _)| region.to_owned())
}

fn is_here(host: &str) -> bool {
    ["localhost", "127.0.0.1", "[::1]"].contains(&host)
}

#[cfg(test)]
mod tests {
    use super::region_in;

    #[test]
    fn api_gateways_addresses_name_their_region() {
        assert_eq!(region_in("abc.execute-api.eu-central-1.amazonaws.com").as_deref(), Some("eu-central-1"));
        assert_eq!(region_in("abc.execute-api.cn-north-1.amazonaws.com.cn").as_deref(), Some("cn-north-1"));
        assert_eq!(region_in("api.example.com"), None);
    }
}
