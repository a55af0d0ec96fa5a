//! What S3 has answered, byte for byte.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_s3::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeDeserializationInterceptorContextMut,
    BeforeTransmitInterceptorContextRef,
};
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::SdkBody;
use http_body_util::Limited;
use s3_cors::limits::MAX_TEXT_BYTES;

use super::secrets::Secrets;

/// The answer to the latest attempt.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    pub(super) request_id: Option<String>,
    pub(super) extended_request_id: Option<String>,
    /// The region the bucket is in, which S3 says in most answers.
    pub(super) bucket_region: Option<String>,
    /// `None` if it broke off.
    pub(super) body: Option<Vec<u8>>,
    /// Those of the request.
    pub(super) secrets: Secrets,
}

/// Keeps what the SDK reads and throws away.
#[derive(Debug, Clone, Default)]
pub(super) struct Keeper(Arc<Mutex<Option<Answer>>>);

impl Keeper {
    pub(super) fn take(&self) -> Option<Answer> {
        self.with(Option::take)
    }

    fn with<T>(&self, change: impl FnOnce(&mut Option<Answer>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Intercept for Keeper {
    fn name(&self) -> &'static str {
        "s3-cors-sources"
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // The attempt before is none of this one's business.
        self.with(|answer| *answer = None);
        Ok(())
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer = Answer {
            secrets: Secrets::of(context.request()),
            ..Answer::default()
        };
        self.with(|kept| *kept = Some(answer));
        Ok(())
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response_mut();
        let header = |name| response.headers().get(name).map(str::to_owned);
        let answer = Answer {
            status: response.status().as_u16(),
            content_type: header("content-type"),
            request_id: header("x-amz-request-id"),
            extended_request_id: header("x-amz-id-2"),
            bucket_region: header("x-amz-bucket-region"),
            body: None,
            secrets: self.take().unwrap_or_default().secrets,
        };
        self.with(|kept| *kept = Some(answer));
        let body = std::mem::replace(response.body_mut(), SdkBody::taken());
        *response.body_mut() = SdkBody::from_body_1_x(Limited::new(body, MAX_TEXT_BYTES));
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().body().bytes().map(<[u8]>::to_vec);
        self.with(|answer| {
            if let Some(answer) = answer {
                answer.body = body;
            }
        });
        Ok(())
    }
}
