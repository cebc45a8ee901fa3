//! Just enough HTTP/1.1 to measure a server on this machine: one connection, kept open, answers with a length.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// An answer that takes longer is a failure, not a latency.
const ANSWER_TIME_MAX: Duration = Duration::from_mins(2);
const BODY_BYTES_MAX: usize = 64 << 20;

pub(crate) struct Client {
    port: u16,
    token: String,
    stream: Option<BufReader<TcpStream>>,
}

/// What a request carries besides its path.
#[derive(Default)]
pub(crate) struct Extra<'a> {
    pub(crate) version: Option<i64>,
    pub(crate) body: Option<(&'static str, &'a [u8])>,
}

impl Client {
    pub(crate) fn new(port: u16, token: &str) -> Client {
        Client { port, token: token.to_owned(), stream: None }
    }

    /// Asks the team API.
    pub(crate) fn get(&mut self, path: &str) -> Result<Value> {
        self.json("GET", path, &Extra::default())
    }

    pub(crate) fn post(&mut self, path: &str, body: &Value) -> Result<Value> {
        let body = serde_json::to_vec(body)?;
        self.json("POST", path, &Extra { body: Some(("application/json", &body)), version: None })
    }

    /// A request to the team API, whatever is answered.
    pub(crate) fn answer(&mut self, method: &str, path: &str, extra: &Extra) -> Result<(u16, Value)> {
        let (status, body) = self.send(method, &format!("/api/v1{path}"), extra)?;
        let answer = serde_json::from_slice(&body);
        Ok((status, answer.with_context(|| format!("{method} {path} was not answered in JSON"))?))
    }

    pub(crate) fn get_text(&mut self, path: &str) -> Result<String> {
        Ok(String::from_utf8(self.send("GET", path, &Extra::default())?.1)?)
    }

    /// A request whose answer must be good.
    pub(crate) fn json(&mut self, method: &str, path: &str, extra: &Extra) -> Result<Value> {
        let (status, body) = self.send(method, &format!("/api/v1{path}"), extra)?;
        if !(200..300).contains(&status) {
            bail!("{method} {path} was answered {status}: {}", String::from_utf8_lossy(&body));
        }
        serde_json::from_slice(&body).with_context(|| format!("{method} {path} was not answered in JSON"))
    }

    /// The status and the length of an answer whose words do not matter.
    pub(crate) fn get_size(&mut self, path: &str) -> Result<(u16, usize)> {
        let (status, body) = self.send("GET", &format!("/api/v1{path}"), &Extra::default())?;
        Ok((status, body.len()))
    }

    pub(crate) fn get_status(&mut self, path: &str) -> Result<u16> {
        Ok(self.send("GET", path, &Extra::default())?.0)
    }

    fn send(&mut self, method: &str, path: &str, extra: &Extra) -> Result<(u16, Vec<u8>)> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
        if !self.token.is_empty() {
            write!(head, "Authorization: Bearer {}\r\n", self.token)?;
        }
        if let Some(version) = extra.version {
            write!(head, "If-Match: \"{version}\"\r\n")?;
        }
        let mut request = if let Some((kind, body)) = extra.body {
            write!(head, "Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n", body.len())?;
            [head.as_bytes(), body].concat()
        } else {
            head.push_str("\r\n");
            head.into_bytes()
        };
        let answer = self.exchange(&mut request);
        if answer.is_err() {
            self.stream = None;
        }
        answer.with_context(|| format!("{method} {path} was not answered"))
    }

    fn exchange(&mut self, request: &mut [u8]) -> Result<(u16, Vec<u8>)> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let stream = TcpStream::connect(("127.0.0.1", self.port))?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(ANSWER_TIME_MAX))?;
                none.insert(BufReader::new(stream))
            }
        };
        stream.get_mut().write_all(request)?;
        let status = line(stream)?;
        let status = status.split(' ').nth(1).context("an answer begins with its status")?.parse()?;
        let mut length = None;
        loop {
            let header = line(stream)?;
            let Some((name, value)) = header.split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = Some(value.trim().parse::<usize>()?);
            }
        }
        let length =
            length.filter(|length| *length <= BODY_BYTES_MAX).context("an answer says its length")?;
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        Ok((status, body))
    }
}

fn line(stream: &mut BufReader<TcpStream>) -> Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        bail!("the server closed the connection");
    }
    line.truncate(line.trim_end().len());
    Ok(line)
}

/// A value as it may stand in a query.
pub(crate) fn encode(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing into a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    #[test]
    fn values_are_encoded_for_a_query() {
        assert_eq!(super::encode("slow export é\""), "slow%20export%20%C3%A9%22");
    }
}
