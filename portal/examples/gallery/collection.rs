//! Every page, by the name of its file.

use portal::Language;

use crate::products::Product;
use crate::{alerts, forms, lists, single, webhooks};

/// A page and the name of its file: product, language and what it shows.
pub(crate) type Named = (String, Result<String, portal::Error>);

/// Every page in the states that people meet.
pub(crate) fn pages() -> Vec<Named> {
    let mut pages = Vec::new();
    for product in Product::ALL {
        for language in Language::ALL {
            // All of one product in German; of the others, English is enough.
            if language == Language::English || product == Product::Fanfare {
                pages.extend(lists::pages(product, language));
                pages.extend(forms::pages(product, language));
                pages.extend(single::pages(product, language));
                if product == Product::Fanfare {
                    pages.extend(alerts::pages(product, language));
                    pages.extend(webhooks::pages(product, language));
                }
            }
        }
    }

    pages
}
