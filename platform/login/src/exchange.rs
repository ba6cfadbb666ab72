//! The exchange over HTTP: bodies and status codes, for whatever server mounts it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ExchangeError, Logins};

/// Bytes of a request's body: three short texts. A server reads no more of it.
pub const MAX_BODY_BYTES: usize = 4 << 10;

/// What a partner's server sends, as JSON, by `POST`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExchangeRequest {
    /// What the mini-app was given.
    pub code: String,
    /// The mini-app.
    pub app_id: String,
    /// The app's secret, which only the partner's server knows.
    pub app_secret: String,
}

/// Code and secret do not belong into logs.
impl fmt::Debug for ExchangeRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExchangeRequest")
            .field("app_id", &self.app_id)
            .finish_non_exhaustive()
    }
}

/// What it is answered with status 200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExchangeResponse {
    /// The user, as this partner knows them; see [`Logins::exchange`].
    pub user_id: String,
}

/// What it is answered with any other status.
#[derive(Serialize)]
struct Refusal<'a> {
    error: &'a str,
    message: String,
}

/// An HTTP answer of type `application/json`. It belongs to one user, so that it is to be
/// sent with `cache-control: no-store`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The body, JSON.
    pub body: String,
}

impl Logins {
    /// Answers a `POST` with this body, of which a server has read at most
    /// [`MAX_BODY_BYTES`] and one.
    pub async fn answer(&self, body: &[u8]) -> Reply {
        let (status, body) = match self.answered(body).await {
            Ok(response) => (200, serde_json::to_string(&response)),
            Err(error) => {
                let refusal = Refusal {
                    error: error.code(),
                    message: error.to_string(),
                };
                (error.status(), serde_json::to_string(&refusal))
            }
        };
        Reply {
            status,
            body: body.unwrap_or_default(),
        }
    }

    async fn answered(&self, body: &[u8]) -> Result<ExchangeResponse, ExchangeError> {
        if body.len() > MAX_BODY_BYTES {
            return Err(ExchangeError::TooLarge);
        }
        let request: ExchangeRequest =
            serde_json::from_slice(body).map_err(|e| ExchangeError::Request(place(&e)))?;
        let ExchangeRequest {
            code,
            app_id,
            app_secret,
        } = request;
        let user_id = self.exchange(&code, &app_id, &app_secret).await?;
        Ok(ExchangeResponse { user_id })
    }
}

/// Where JSON is faulty, and not what stands there: that may be a secret.
fn place(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    format!("see line {line}, column {column}")
}
