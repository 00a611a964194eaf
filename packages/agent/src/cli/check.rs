use std::path::Path;

use agent::daemon::{executor, identify, open};
use jobs::executor::Capabilities;
use serde::Serialize;

use super::CliError;

#[derive(Serialize)]
struct Line {
    check: &'static str,
    ok: bool,
    found: String,
}

fn line<T, E: std::fmt::Display>(
    check: &'static str,
    found: Result<T, E>,
    tell: impl FnOnce(T) -> String,
) -> Line {
    match found {
        Ok(found) => Line {
            check,
            ok: true,
            found: tell(found),
        },
        Err(error) => Line {
            check,
            ok: false,
            found: error.to_string(),
        },
    }
}

/// Says what is in place and what is not.
///
/// # Errors
/// Anything is not.
pub async fn check(config: &Path, json: bool) -> Result<(), CliError> {
    let start = open(config).await?;
    let mut lines = vec![
        Line {
            check: "configuration",
            ok: true,
            found: config.display().to_string(),
        },
        Line {
            check: "agent",
            ok: true,
            found: start.agent.clone(),
        },
        Line {
            check: "chain",
            ok: true,
            found: start.deployment.chain_id.clone(),
        },
    ];
    lines.push(line("registration", identify(&start).await, |me| {
        format!(
            "provider {} of {}, reputation {} bps",
            me.no, me.owner, me.reputation
        )
    }));
    let account = start.market.chain().account(&start.agent).await;
    let account = match account {
        Ok(None) => Err("it does not exist: send it some coins for fees".to_owned()),
        Ok(Some(account)) => Ok(account),
        Err(error) => Err(error.to_string()),
    };
    lines.push(line("account", account, |account| {
        format!("sequence {}", account.sequence)
    }));
    let owner = &start.config.provider.owner;
    lines.push(line("capacity", start.market.capacity(owner).await, |groups| {
        let group = |g: &market_types::registry::CapacityResponse| {
            format!("{} {} ({} in use)", g.registered.gpus, g.class, g.committed.gpus)
        };
        groups.iter().map(group).collect::<Vec<_>>().join(", ")
    }));
    if start.config.executors.kernel {
        let found = match executor(&start.config).await {
            Ok((_, Capabilities::Kernel(found))) => match found.failed_test() {
                None => Ok(format!("{} on {}", found.class, found.adapter.name)),
                Some(failed) => Err(format!("{} failed the self-test: {failed}", found.adapter.name)),
            },
            Ok((_, Capabilities::Unavailable(why))) => Err(why.to_string()),
            Err(error) => Err(error.to_string()),
        };
        lines.push(line("kernel executor", found, |found| found));
    }
    match json {
        true => println!("{}", serde_json::to_string_pretty(&lines)?),
        false => lines.iter().for_each(|line| {
            println!(
                "{:4} {:16} {}",
                if line.ok { "ok" } else { "NO" },
                line.check,
                line.found
            );
        }),
    }
    match lines.iter().filter(|line| !line.ok).count() {
        0 => Ok(()),
        failed => Err(CliError::Checks {
            failed,
            all: lines.len(),
        }),
    }
}
