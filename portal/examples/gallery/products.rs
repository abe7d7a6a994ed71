//! The four products, as their contracts have them.

use portal::{Brand, Colour, Column, Control, KeyType, Language, Logo, Permissions, Scope, Terms};

/// A product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Product {
    /// Academies: a name, and the key once.
    Fayne,
    /// Types, permissions and a name.
    Fabraix,
    /// Scopes, fingerprints, and no way to regenerate.
    TheFaq,
    /// Everything.
    Fanfare,
}

const LOGO: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28" width="28" height="28"><rect width="28" height="28" rx="6" fill="#5b3df5"/><path d="M9 21V7h11v3h-7.500v3H19v3h-6.500v5z" fill="#fff"/></svg>"##;

impl Product {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Fayne, Self::Fabraix, Self::TheFaq, Self::Fanfare];

    /// The beginning of its files' names.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Fayne => "fayne",
            Self::Fabraix => "fabraix",
            Self::TheFaq => "thefaq",
            Self::Fanfare => "fanfare",
        }
    }

    /// Its brand.
    pub(crate) fn brand(self) -> Brand {
        let (name, colour, logo) = match self {
            Self::Fayne => ("Fayne Academy", "#0b6e4f", None),
            Self::Fabraix => ("Fabraix", "#111827", None),
            Self::TheFaq => ("theFAQ", "#ffc400", None),
            Self::Fanfare => ("Fanfare", "#5b3df5", Logo::parse(LOGO)),
        };
        Brand::new(name.to_owned(), Colour::parse(colour).unwrap_or(Colour::BLACK), logo)
    }

    /// What its contract calls things.
    pub(crate) fn terms(self, language: Language) -> Terms {
        if language == Language::German {
            return Terms { breadcrumb: vec!["Einstellungen".to_owned()], ..Terms::default() };
        }
        let settings = vec!["Settings".to_owned()];
        let some = |text: &str| Some(text.to_owned());
        match self {
            Self::Fayne => Terms {
                title: some("API Keys"),
                breadcrumb: settings,
                noun: some("academy"),
                create: some("Create API key"),
                ..Terms::default()
            },
            Self::Fabraix => Terms { title: some("API Keys"), create: some("Create New Key"), ..Terms::default() },
            Self::TheFaq => Terms {
                title: some("API keys"),
                breadcrumb: settings,
                create: some("Create key"),
                delete: some("Revoke"),
                ..Terms::default()
            },
            Self::Fanfare => Terms {
                title: some("API Keys"),
                breadcrumb: settings,
                create: some("Create API Key"),
                submit: some("Create"),
                columns: [(Column::LastUsed, "Last Used".to_owned())].into(),
                ..Terms::default()
            },
        }
    }

    /// The columns of its list.
    pub(crate) fn columns(self) -> Vec<Column> {
        match self {
            Self::Fayne => vec![Column::Name, Column::Fingerprint, Column::Created, Column::LastUsed],
            Self::Fabraix => {
                vec![Column::Name, Column::Type, Column::Permissions, Column::Created, Column::LastUsed]
            }
            Self::TheFaq => {
                vec![Column::Name, Column::Permissions, Column::Fingerprint, Column::Created, Column::LastUsed]
            }
            Self::Fanfare => {
                vec![Column::Name, Column::Type, Column::Created, Column::LastUsed, Column::Status]
            }
        }
    }

    /// Its types.
    pub(crate) fn types(self) -> Vec<KeyType> {
        let kind = |value: &str, label: &str, hint: &str, always: &[&str], choice: &[&str]| KeyType {
            value: value.to_owned(),
            label: label.to_owned(),
            hint: Some(hint.to_owned()),
            always: always.iter().map(ToString::to_string).collect(),
            choice: choice.iter().map(ToString::to_string).collect(),
        };
        let fanfare =
            ["read:experiences", "write:experiences", "read:consumers", "write:consumers", "read:analytics", "admin"];
        match self {
            Self::Fayne | Self::TheFaq => Vec::new(),
            Self::Fabraix => vec![
                kind(
                    "development",
                    "Development",
                    "For local development and testing, with lower limits.",
                    &["runs:write"],
                    &[],
                ),
                kind("production", "Production", "For production deployments.", &["runs:write"], &[]),
                kind("restricted", "Restricted", "For specific operations only.", &[], &["runs:write", "keys:manage"]),
                kind("admin", "Admin", "Full access. Use with extreme caution.", &["runs:write", "keys:manage"], &[]),
            ],
            Self::Fanfare => vec![
                kind("public", "Public", "For browsers: the SDK and embedded widgets.", &[], &["read:experiences"]),
                kind("secret", "Secret", "For servers: backends and webhooks.", &[], &fanfare),
                kind("test", "Test", "For development and testing.", &[], &fanfare),
            ],
        }
    }

    /// Its scopes.
    pub(crate) fn scopes(self) -> Vec<Scope> {
        let scopes: &[(&str, &str)] = match self {
            Self::Fayne => &[
                ("read", "See courses, students and lists"),
                ("write", "Add, change and remove students, enrollments and lists"),
            ],
            Self::Fabraix => {
                &[("runs:write", "Register agent runs"), ("keys:manage", "Manage the organization's API keys")]
            }
            Self::TheFaq => &[("read", "See what the organization publishes"), ("write", "Publish and change it")],
            Self::Fanfare => &[
                ("read:experiences", "View experience data"),
                ("write:experiences", "Create and edit experiences"),
                ("read:consumers", "View consumer data"),
                ("write:consumers", "Create and edit consumers"),
                ("read:analytics", "Access analytics data"),
                ("admin", "Full administrative access"),
            ],
        };
        let scope = |(name, description): &(&str, &str)| Scope {
            name: (*name).to_owned(),
            description: Some((*description).to_owned()),
        };
        scopes.iter().map(scope).collect()
    }

    /// The permissions that its form offers.
    pub(crate) fn permissions(self, ticked: &[&str]) -> Permissions {
        match self {
            Self::Fayne => Permissions::Hidden,
            Self::Fabraix | Self::TheFaq | Self::Fanfare => Permissions::Choice {
                scopes: self.scopes(),
                ticked: ticked.iter().map(ToString::to_string).collect(),
                all: (self == Self::Fanfare).then(|| "admin".to_owned()),
            },
        }
    }

    /// Whether its contract opens something, and the session can do it.
    pub(crate) fn control(self, operation: &str) -> Control {
        let open: &[&str] = match self {
            Self::Fayne | Self::TheFaq => &["create", "delete"],
            Self::Fabraix => &["create", "delete", "regenerate", "edit"],
            Self::Fanfare => &["create", "delete", "regenerate", "edit", "status"],
        };
        if open.contains(&operation) { Control::Open } else { Control::Absent }
    }

    /// A secret of its form.
    pub(crate) fn secret(self) -> &'static str {
        match self {
            Self::Fayne => "fa_live_d6d8912d1a5ef634c7f5ec116cc42c9a",
            Self::Fabraix => "fbx_prod_8Wm2VxKp0RtQz5LhYc3NbJd7GfSa1Ue4",
            Self::TheFaq => "faq_8Wm2VxKp0RtQz5LhYc3NbJd7GfSa1Ue4",
            Self::Fanfare => "sk_live_8Wm2VxKp0RtQz5LhYc3NbJd7GfSa1Ue4",
        }
    }

    /// A command that calls it.
    pub(crate) fn example(self) -> String {
        let secret = self.secret();
        match self {
            Self::Fayne => {
                format!("curl \"https://acme.fayneos.com/api/v1/courses\" \\\n  -H \"Authorization: Bearer {secret}\"")
            }
            Self::Fabraix => {
                format!("curl \"https://api.fabraix.com/v1/agent-runs\" \\\n  -H \"x-api-key: {secret}\"")
            }
            Self::TheFaq => format!(
                "curl \"https://api.thefaq.app/api/v1/acme/api-keys\" \\\n  -H \"Authorization: Bearer {secret}\""
            ),
            Self::Fanfare => {
                format!("curl \"https://admin.fanfare.io/api/experiences\" \\\n  -H \"Authorization: Bearer {secret}\"")
            }
        }
    }
}
