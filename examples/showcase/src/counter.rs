//! What the device does where the native app offers it: reads the code of an article, takes the payment, keeps
//! the receipt as a file, and hands the offer on. Where the device is has a page of its own.

use miniapp_guest::device::{file_transfer, payment, scan, share};
use miniapp_guest::prelude::*;

/// Sells whatever is held before the camera, for 12.90.
#[derive(Default)]
pub(crate) struct Counter;

/// The partner's server would get it of the payment service, for this very order.
const TOKEN: &str = "order-7";

impl Page for Counter {
    async fn on_event(&self, page: PageHandle, event: Event) -> Result<()> {
        match event.handler() {
            "onScan" => {
                let found = scan::read(scan::Options::default()).await?;
                page.set_data("article", &found.map(|code| code.text))
            }
            "onPay" => {
                let order = payment::Order {
                    token: TOKEN.into(),
                    amount: 1_290,
                    currency: "CHF".into(),
                    description: "One article".into(),
                };
                let receipt = payment::pay(order).await?;
                // What counts is what the service tells the partner's server.
                page.set_data("paid", &receipt.is_paid())
            }
            "onReceipt" => {
                let receipt = "One article, CHF 12.90";
                let saved = file_transfer::save("receipt.txt", "text/plain", receipt).await?;
                page.set_data("saved", &saved)
            }
            "onPicture" => {
                let chosen = file_transfer::choose(&["image/*"], 1).await?;
                let Some(picture) = chosen.into_iter().next() else {
                    return Ok(());
                };
                page.set_data("picture", &picture.name)?;
                picture.release().await
            }
            "onShare" => {
                let offer = share::Content {
                    title: "One article".into(),
                    page: Some("pages/counter".into()),
                    ..share::Content::default()
                };
                page.set_data("shared", &(share::share(offer).await? == share::SHARED))
            }
            other => Err(Error::app(format!("nothing handles `{other}`"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniapp_guest::testing::Host;

    #[test]
    fn an_article_is_sold() {
        let host = Host::new()
            .scan("7610200", "ean-13")
            .pay(|order| {
                assert_eq!((order.token.as_str(), order.amount), (TOKEN, 1_290));
                Ok(payment::Receipt {
                    status: payment::PAID.into(),
                    reference: None,
                })
            })
            .file("cat.png", "image/png", *b"meow");
        let page = host.open::<Counter>("pages/counter", []);
        for handler in ["onScan", "onPay", "onReceipt", "onPicture", "onShare"] {
            page.event(handler, json!({})).unwrap();
        }
        assert_eq!(page.data("article"), "7610200");
        assert_eq!(page.data("paid"), true);
        assert_eq!(
            host.saved("receipt.txt").unwrap(),
            b"One article, CHF 12.90"
        );
        assert_eq!(page.data("picture"), "cat.png");
        assert_eq!(host.shared()[0].page.as_deref(), Some("pages/counter"));
    }

    #[test]
    fn without_the_permission_nothing_is_paid() {
        let host = Host::new().deny("device:payment");
        let page = host.open::<Counter>("pages/counter", []);
        assert!(page.event("onPay", json!({})).unwrap_err().is_denied());
        assert_eq!(page.data("paid"), Value::Null);
    }
}
