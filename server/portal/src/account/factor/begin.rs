//! `POST /me/second-factor`: a secret for the authenticator app, as text and as a QR code. Not asked for until a code of
//! it was given.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use qrcodegen::{QrCode, QrCodeEcc};
use serde::{Deserialize, Serialize};
use temoto_model::Secret;
use temoto_model::second_factor::{app_address, show_secret};
use utoipa::ToSchema;

use super::FactorError;
use crate::App;
use crate::account::proof;
use crate::answer::Failure;
use crate::extract::{Authorized, Body, Entering};

/// What the app calls the account's home.
const ISSUER: &str = "Temoto";

/// The password, again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Again {
    #[schema(value_type = String, format = Password, max_length = 1024)]
    pub password: String,
}

/// A secret for the app, which is shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct FactorView {
    /// To be typed into the app, in base32.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    secret: String,
    /// The address in the QR code, which an app on this device opens.
    #[schema(example = "otpauth://totp/Temoto:hanako@example.com?secret=…")]
    address: String,
    /// How many modules the QR code has in a row.
    qr_modules: i32,
    /// Its dark modules, as a path of an SVG picture.
    qr_path: String,
}

/// Begins to set up a second factor.
#[utoipa::path(
    post,
    path = "/api/v1/me/second-factor",
    tag = "account",
    request_body = Again,
    responses(
        (status = 200, description = "A secret for the app; confirm it with a code.", body = FactorView),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`wrong_password`", body = Failure),
        (status = 409, description = "`second_factor_exists`", body = Failure),
        (status = 429, description = "`try_later`", body = Failure),
        (status = 503, description = "`busy`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Entering>,
    headers: HeaderMap,
    Body(again): Body<Again>,
) -> Result<Json<FactorView>, FactorError> {
    let user = proof::again(&app, &caller.actor, &headers, Secret::new(again.password)).await?;
    let seed = app.random.draw(|rng| {
        let mut seed = [0; 16];
        rng.fill_bytes(&mut seed);
        seed
    });
    if !app.store.begin_second_factor(user.id, &seed).await? {
        return Err(FactorError::Exists);
    }
    let secret = app.factors.app_secret(user.id, &seed);
    let address = app_address(&secret, ISSUER, &user.email);
    let drawn = QrCode::encode_text(address.expose(), QrCodeEcc::Medium).map_err(|_| FactorError::Drawing)?;
    Ok(Json(FactorView {
        secret: show_secret(&secret).expose().clone(),
        address: address.expose().clone(),
        qr_modules: drawn.size(),
        qr_path: path(&drawn),
    }))
}

/// One rectangle for each run of dark modules in a row.
fn path(code: &QrCode) -> String {
    let mut out = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let run = (x..code.size()).take_while(|&x| code.get_module(x, y)).count();
            let run = i32::try_from(run).unwrap_or(0);
            if run > 0 {
                out.push_str(&format!("M{x} {y}h{run}v1h-{run}z"));
            }
            x += run + 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_has_every_dark_module_and_no_other() {
        let code = QrCode::encode_text("otpauth://totp/x?secret=ABC", QrCodeEcc::Medium).unwrap();
        let mut drawn = std::collections::BTreeSet::new();
        for run in path(&code).split('M').skip(1) {
            let (x, rest) = run.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let length: i32 = rest.split_once('v').unwrap().0.parse().unwrap();
            let (x, y): (i32, i32) = (x.parse().unwrap(), y.parse().unwrap());
            drawn.extend((x..x + length).map(|x| (x, y)));
        }
        for y in 0..code.size() {
            for x in 0..code.size() {
                assert_eq!(drawn.contains(&(x, y)), code.get_module(x, y), "{x} {y}");
            }
        }
    }
}
