//! Captures the response of S3, byte for byte.

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

/// The response to the latest attempt.
#[derive(Debug, Clone, Default)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    pub(super) request_id: Option<String>,
    pub(super) extended_request_id: Option<String>,
    /// The region of the bucket, which most responses of S3 contain.
    pub(super) bucket_region: Option<String>,
    /// `None` if it was truncated.
    pub(super) body: Option<Vec<u8>>,
    /// Those of the request.
    pub(super) secrets: Secrets,
}

/// An interceptor that keeps the response, which the SDK discards after parsing it.
#[derive(Debug, Clone, Default)]
pub(super) struct Capture(Arc<Mutex<Option<Response>>>);

impl Capture {
    pub(super) fn take(&self) -> Option<Response> {
        self.with(Option::take)
    }

    fn with<T>(&self, change: impl FnOnce(&mut Option<Response>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Intercept for Capture {
    fn name(&self) -> &'static str {
        "s3-cors-sources"
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // Forget the response to an earlier attempt.
        self.with(|captured| *captured = None);
        Ok(())
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = Response {
            secrets: Secrets::of(context.request()),
            ..Response::default()
        };
        self.with(|captured| *captured = Some(response));
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
        let head = Response {
            status: response.status().as_u16(),
            content_type: header("content-type"),
            request_id: header("x-amz-request-id"),
            extended_request_id: header("x-amz-id-2"),
            bucket_region: header("x-amz-bucket-region"),
            body: None,
            secrets: self.take().unwrap_or_default().secrets,
        };
        self.with(|captured| *captured = Some(head));
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
        self.with(|captured| {
            if let Some(response) = captured {
                response.body = body;
            }
        });
        Ok(())
    }
}
