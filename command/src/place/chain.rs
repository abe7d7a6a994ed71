//! AWS's own ways to credentials and regions: variables, profiles, SSO, processes, roles of machines.

use aws_config::{BehaviorVersion, Region, SdkConfig};

use super::settings::variable;

/// What they find.
pub(super) async fn load(profile: Option<&str>, region: Option<&str>) -> SdkConfig {
    let mut loader =
        aws_config::defaults(BehaviorVersion::v2026_01_12()).http_client(connect::connections_by_system_roots());
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = region {
        loader = loader.region(Region::new(region.to_owned()));
    }

    Box::pin(loader.load()).await
}

/// Where CloudFormation is, if not where it is for everybody.
pub(super) fn cloudformation(config: &SdkConfig) -> Option<String> {
    variable("AWS_ENDPOINT_URL_CLOUDFORMATION").or_else(|| config.endpoint_url().map(str::to_owned))
}
