//! The log: structured, to the standard error. What comes from outside is logged escaped (as `?value`), what is
//! secret has a type that does not print.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

use crate::command::LogFormat;
use crate::config::Sourced;

/// Starts logging; must be called once.
pub fn start(filter: &Sourced<String>, format: LogFormat) -> anyhow::Result<()> {
    let Sourced { value, from } = filter;
    let filter = EnvFilter::try_new(value).map_err(|error| anyhow::anyhow!("{from}: {value:?}: {error}"))?;
    let to = BoxMakeWriter::new(std::io::stderr);
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(to);
    let started = match format {
        LogFormat::Text => builder.with_ansi(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("log: {error}"))
}
