//! A function under AWS's runtime interface emulator (RIE).

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use local::Stack;
use serde_json::Value;
use tempfile::NamedTempFile;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// How long a start, or an invocation, may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running emulator. Dropped, it is killed; its function notices that the Runtime API is gone, and ends too.
pub(crate) struct Emulator {
    process: Child,
    address: String,
    log: NamedTempFile,
}

impl Emulator {
    /// Runs `binary` in the environment that `stack` gives to `function`: with its settings, its tables, its permissions.
    pub(crate) async fn start(stack: &Stack, function: &str, binary: &str) -> Self {
        let [listener, runtime] = [free().await, free().await];
        let [address, runtime] = [listener, runtime].map(|listener| listener.local_addr().unwrap().to_string());
        let log = NamedTempFile::new().unwrap();
        let output = log.reopen().unwrap();
        let process = Command::new(emulator())
            .args(["--runtime-interface-emulator-address", &address, "--runtime-api-address", &runtime, binary])
            .env_clear()
            .envs(stack.environment(function).unwrap())
            // As `sam local` has it from the template: the deadline that a function is told is that much later.
            .env("AWS_LAMBDA_FUNCTION_TIMEOUT", &stack.environment(function).unwrap()["TIMEOUT_SECONDS"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        let mut emulator = Self { process, address, log };
        let listens = async {
            while TcpStream::connect(&emulator.address).await.is_err() {
                assert_eq!(emulator.process.try_wait().unwrap(), None, "{}", emulator.said());
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, listens).await.unwrap();

        emulator
    }

    /// What the function answers to `event`.
    pub(crate) async fn invoke(&self, event: &Value) -> String {
        let request = Request::post("/2015-03-31/functions/function/invocations").header("host", &self.address);
        let request = request.body(Full::new(Bytes::from(event.to_string()))).unwrap();
        let answer = async {
            let stream = TcpStream::connect(&self.address).await.unwrap();
            let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
            tokio::spawn(connection);
            let answer = sender.send_request(request).await.unwrap();
            assert_eq!(answer.status(), 200, "{}", self.said());
            answer.into_body().collect().await.unwrap().to_bytes().to_vec()
        };

        String::from_utf8(timeout(PATIENCE, answer).await.unwrap()).unwrap()
    }

    /// What the emulator and the function have written.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(self.log.path()).unwrap()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// A port that nobody has. Both are held until both are known.
async fn free() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the one thing that .ci/emulator tells")]
fn emulator() -> String {
    std::env::var("RUNTIME_EMULATOR").unwrap_or_else(|_| panic!("run .ci/emulator: it says where the emulator is"))
}
