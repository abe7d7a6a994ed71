//! SNS: what a person must see, in words.

use aws_sdk_sns::Client;
use aws_sdk_sns::config::Builder;
use aws_sdk_sns::error::DisplayErrorContext;
use aws_types::SdkConfig;

use crate::words::Message;

/// The topic for people.
#[derive(Debug)]
pub(crate) struct Topic {
    client: Client,
    arn: String,
}

impl Topic {
    /// What it is called among those who are to have a letter.
    pub(crate) const NAME: &str = "sns";

    pub(crate) fn new(config: &SdkConfig, endpoint: Option<String>, arn: String) -> Self {
        let mut config = Builder::from(config);
        config.set_endpoint_url(endpoint);

        Self { client: Client::from_conf(config.build()), arn }
    }

    /// Hands `message` on.
    ///
    /// # Errors
    /// Says why it was not taken.
    pub(crate) async fn publish(&self, message: &Message) -> Result<(), String> {
        let Message { subject, text } = message;
        let published = self.client.publish().topic_arn(&self.arn).subject(subject).message(text).send().await;

        published.map(drop).map_err(|error| DisplayErrorContext(&error).to_string())
    }
}
