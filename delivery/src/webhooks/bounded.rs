//! A connection from which no more is read than an answer's head needs. What is on the other side may send interim answers or
//! headers without end, and reading them costs time that other webhooks need.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tower_service::Service;

/// How many bytes of an answer are read.
const MOST: usize = 65_536;

/// Opens connections as another connector does, and bounds them.
#[derive(Clone, Debug)]
pub(super) struct Bounded<C>(pub(super) C);

/// A connection that fails once too much was read from it.
#[derive(Debug)]
pub(super) struct Metered<S> {
    stream: TokioIo<S>,
    left: usize,
}

impl<C: Service<Uri>> Service<Uri> for Bounded<C>
where
    C::Future: Send + 'static,
{
    type Response = TokioIo<Metered<C::Response>>;
    type Error = C::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, C::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), C::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let opened = self.0.call(to);

        Box::pin(async move { Ok(TokioIo::new(Metered { stream: TokioIo::new(opened.await?), left: MOST })) })
    }
}

impl<S: Connection> Connection for Metered<S> {
    fn connected(&self) -> Connected {
        self.stream.inner().connected()
    }
}

impl<S: hyper::rt::Read + Unpin> AsyncRead for Metered<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.left == 0 {
            return Poll::Ready(Err(io::ErrorKind::FileTooLarge.into()));
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        self.left = self.left.saturating_sub(buf.filled().len().saturating_sub(before));

        Poll::Ready(Ok(()))
    }
}

impl<S: hyper::rt::Write + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
