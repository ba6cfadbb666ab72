//! `wasi:http`.

use serde_json::{Value, json};

use crate::component::wasi::clocks::monotonic_clock;
use crate::component::wasi::http::outgoing_handler::{self, FutureIncomingResponse};
use crate::component::wasi::http::types::{
    ErrorCode, Fields, IncomingResponse, Method, OutgoingBody, OutgoingRequest, RequestOptions,
    Scheme,
};
use crate::component::wasi::io::streams::StreamError;
use crate::output::write_all;

/// The URL in its parts, or the parts themselves where they are given.
fn request(detail: &Value, headers: Fields) -> Result<OutgoingRequest, ErrorCode> {
    let (scheme, rest) = detail["url"].as_str().unwrap().split_once("://").unwrap();
    let (authority, path) = rest.split_at(rest.find('/').unwrap());
    let authority = detail["authority"].as_str().unwrap_or(authority);
    let path = detail["path"].as_str().unwrap_or(path);
    let request = OutgoingRequest::new(headers);
    let scheme = match scheme {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        other => Scheme::Other(other.into()),
    };
    let unfit = |()| ErrorCode::HttpRequestUriInvalid;
    request.set_scheme(Some(&scheme)).map_err(unfit)?;
    request.set_authority(Some(authority)).map_err(unfit)?;
    request.set_path_with_query(Some(path)).map_err(unfit)?;
    if let Some(method) = detail["method"].as_str() {
        let method = Method::Other(method.into());
        let unfit = |()| ErrorCode::HttpRequestMethodInvalid;
        request.set_method(&method).map_err(unfit)?;
    }
    Ok(request)
}

fn headers(detail: &Value) -> Result<Fields, ErrorCode> {
    let headers = Fields::new();
    for (name, value) in detail["headers"].as_object().into_iter().flatten() {
        headers
            .append(name, value.as_str().unwrap().as_bytes())
            .map_err(|error| ErrorCode::InternalError(Some(format!("{error:?}"))))?;
    }
    Ok(headers)
}

fn write(body: &OutgoingBody, bytes: &[u8]) -> Result<(), StreamError> {
    write_all(&body.write().unwrap(), bytes)
}

fn answer(future: &FutureIncomingResponse) -> Result<IncomingResponse, ErrorCode> {
    future.subscribe().block();
    future.get().unwrap().unwrap()
}

fn send(detail: &Value) -> Result<IncomingResponse, ErrorCode> {
    let request = request(detail, headers(detail)?)?;
    let body = detail["body_bytes"].as_u64().map(|bytes| {
        (
            request.body().unwrap(),
            vec![b'b'; usize::try_from(bytes).unwrap()],
        )
    });
    let future = outgoing_handler::handle(request, None)?;
    if let Some((body, bytes)) = body {
        // A host that has refused the request takes no more of its body.
        if write(&body, &bytes).is_ok() {
            OutgoingBody::finish(body, None)?;
        }
    }
    answer(&future)
}

/// One exchange from beginning to end.
pub(crate) fn ask(detail: &Value) -> Value {
    let response = match send(detail) {
        Ok(response) => response,
        Err(error) => return json!({ "error": format!("{error:?}") }),
    };
    let location = response.headers().get("location");
    let body = response.consume().unwrap();
    let (stream, mut bytes) = (body.stream().unwrap(), Vec::new());
    while let Ok(read) = stream.blocking_read(1 << 20) {
        bytes.extend(read);
    }
    json!({
        "status": response.status(),
        "location": location.first().map(|value| String::from_utf8_lossy(value)),
        "body": String::from_utf8_lossy(bytes.get(..200).unwrap_or(&bytes)),
        "bytes": bytes.len(),
    })
}

/// What the host would have to keep: at the limit and one past it.
pub(crate) fn limits() -> Value {
    let request = OutgoingRequest::new(Fields::new());
    let method = |bytes: usize| {
        request
            .set_method(&Method::Other("M".repeat(bytes)))
            .is_ok()
    };
    let path = |bytes: usize| {
        let path = "/".repeat(bytes);
        request.set_path_with_query(Some(&path)).is_ok()
    };
    let authority = |bytes: usize| {
        let authority = "a".repeat(bytes);
        request.set_authority(Some(&authority)).is_ok()
    };
    let header = |bytes: usize| Fields::new().append("x", &vec![b'v'; bytes]).is_ok();
    json!({
        "method": [method(32), method(33)],
        "path": [path(8_192), path(8_193)],
        "authority": [authority(8_192), authority(8_193)],
        "header": [header(16 << 10), header(32 << 10)],
    })
}

/// Begins a request, never finishes its body, and waits.
pub(crate) fn unfinished(detail: &Value) -> Value {
    let request = request(detail, Fields::new()).unwrap();
    let body = request.body().unwrap();
    let _future = outgoing_handler::handle(request, None).unwrap();
    write(&body, b"begun").unwrap();
    monotonic_clock::subscribe_duration(u64::MAX).block();
    Value::Null
}

/// Asks again and again, and keeps the answers without reading them.
pub(crate) fn keep(detail: &Value) -> Value {
    let answers: Vec<_> = (0..detail["n"].as_u64().unwrap())
        .map(|_| send(detail))
        .collect();
    let kept = answers.iter().filter(|answer| answer.is_ok()).count();
    let refused = answers.iter().find_map(|answer| answer.as_ref().err());
    json!({ "kept": kept, "refused": refused.map(|error| format!("{error:?}")) })
}

/// Asks for what is denied, with a time-out of its own, and tells how often it was denied.
pub(crate) fn with_options(times: u64) -> Value {
    let detail = json!({ "url": "https://denied.example.com/" });
    let denied = (0..times).filter(|_| {
        let options = RequestOptions::new();
        options.set_connect_timeout(Some(1_000_000)).unwrap();
        let sent =
            outgoing_handler::handle(request(&detail, Fields::new()).unwrap(), Some(options));
        sent.is_ok_and(|future| answer(&future).is_err())
    });
    json!(denied.count())
}

/// Hands over long lists of header values without end.
pub(crate) fn field_storm(values: u64) -> Value {
    let (fields, values) = (
        Fields::new(),
        vec![Vec::new(); usize::try_from(values).unwrap()],
    );
    loop {
        // Refused or not: it was copied.
        let _ = fields.set("x", &values);
    }
}
