//! An endpoint that can be cut: a relay between the agent and the chain.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

pub struct Relay {
    address: SocketAddr,
    chain: SocketAddr,
    running: Option<JoinHandle<()>>,
}

impl Relay {
    pub async fn start(chain: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self {
            address: listener.local_addr().unwrap(),
            chain,
            running: Some(tokio::spawn(serve(listener, chain))),
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every connection ends at once, whatever is under way; new ones are refused.
    pub async fn cut(&mut self) {
        let running = self.running.take().unwrap();
        running.abort();
        assert!(running.await.unwrap_err().is_cancelled());
    }

    pub async fn mend(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.running = Some(tokio::spawn(serve(listener, self.chain)));
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            running.abort();
        }
    }
}

async fn serve(listener: TcpListener, chain: SocketAddr) {
    // Gone with the relay.
    let mut connections = JoinSet::new();
    while let Ok((mut agent, _)) = listener.accept().await {
        connections.spawn(async move {
            if let Ok(mut chain) = TcpStream::connect(chain).await {
                // Whoever hangs up first ends it.
                let _ = copy_bidirectional(&mut agent, &mut chain).await;
            }
        });
        while connections.try_join_next().is_some() {}
    }
}
