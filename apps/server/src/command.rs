//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue};
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

/// Self-hosted remote support: pages, interface and relay in one program.
#[derive(Parser)]
#[command(name = "temoto-server", version, max_term_width = 100)]
pub struct CommandLine {
    /// Folder with database, keys and temoto.toml
    #[arg(
        long,
        global = true,
        env = "TEMOTO_DATA",
        default_value = "temoto-data",
        value_name = "DIR"
    )]
    pub data: PathBuf,
    /// PostgreSQL database, e.g. postgresql://temoto:PASSWORD@db.example.com/temoto?sslmode=verify-full; better in the
    /// environment or in temoto.toml, for others on this machine can read flags [default: temoto.db in the data folder]
    #[arg(
        long,
        global = true,
        env = "TEMOTO_DATABASE_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub database_url: Option<String>,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

impl CommandLine {
    /// Reads it; what cannot be read ends the program with a sentence. A value that came from the environment is
    /// named by its variable.
    pub fn read() -> Self {
        Self::try_parse().unwrap_or_else(|mut error| {
            if let Some(variable) = variable(&error) {
                error.insert(ContextKind::InvalidArg, ContextValue::String(variable));
            }
            error.exit()
        })
    }
}

/// The variable whose value is complained about, if it was not the flag's.
fn variable(error: &clap::Error) -> Option<String> {
    let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    let flag = argument.split([' ', '=']).next()?;
    let given = std::env::args().any(|word| word.split('=').next() == Some(flag));
    let name = format!(
        "TEMOTO_{}",
        flag.strip_prefix("--")?.replace('-', "_").to_uppercase()
    );
    let command = CommandLine::command();
    let known = command
        .get_subcommands()
        .flat_map(clap::Command::get_arguments)
        .chain(command.get_arguments())
        .any(|argument| argument.get_env().is_some_and(|env| env == name.as_str()));
    (known && !given).then_some(name)
}

/// An address to listen at.
pub fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let reason = "an IP address and a port are needed, like 127.0.0.1:8080, 0.0.0.0:443 or [::]:443";
    text.parse().map_err(|_| reason.to_owned())
}

/// How many.
pub fn parse_count(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|&count| count > 0);
    count.ok_or_else(|| "a whole number of at least 1 is needed".to_owned())
}

/// What the program can do.
#[derive(Subcommand)]
pub enum Command {
    /// Make the data folder, the keys, the organisation, and a one-time link for the first administrator
    Init(Init),
    /// Run the server
    Serve(Box<Serve>),
    /// Add, list, disable and enable people
    #[command(subcommand)]
    User(User),
    /// Try the mail server
    #[command(subcommand)]
    Mail(Mail),
    /// Issue licences and see what one says
    #[command(subcommand)]
    Licence(Licence),
    /// Verify the trail of who did what when
    #[command(subcommand)]
    Audit(Audit),
}

/// How to begin.
#[derive(Args)]
pub struct Init {
    /// Name of the organisation, as customers read it [default: Temoto]
    #[arg(long, value_name = "NAME")]
    pub organisation: Option<String>,
    /// Public address of the server, e.g. https://support.example.com; kept in temoto.toml
    #[arg(long, env = "TEMOTO_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
}

/// How to run. What is not given here is taken from the environment, then from the file, then a default.
#[derive(Args, Default)]
pub struct Serve {
    /// Configuration file [default: temoto.toml in the data folder]
    #[arg(long, env = "TEMOTO_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The one of the whole command line.
    #[arg(skip)]
    pub database_url: Option<String>,
    /// Where to listen; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, env = "TEMOTO_LISTEN", value_name = "ADDRESS", value_parser = parse_address)]
    pub listen: Option<SocketAddr>,
    /// Write the port that was taken to this file
    #[arg(long, env = "TEMOTO_PORT_FILE", value_name = "FILE")]
    pub port_file: Option<PathBuf>,
    /// Public address of the server
    #[arg(long, env = "TEMOTO_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Other names (host or host:port) that customers' programs may dial
    #[arg(long, env = "TEMOTO_NAMES", value_delimiter = ',', value_name = "NAME")]
    pub names: Option<Vec<String>>,
    /// Certificate chain, PEM
    #[arg(long, env = "TEMOTO_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// Private key of the certificate, PEM
    #[arg(long, env = "TEMOTO_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// Make and use a certificate of its own
    #[arg(long, env = "TEMOTO_TLS_SELF_SIGNED")]
    pub tls_self_signed: bool,
    /// Addresses or networks of proxies in front of the server
    #[arg(
        long,
        env = "TEMOTO_TRUSTED_PROXIES",
        value_delimiter = ',',
        value_name = "NETWORK"
    )]
    pub trusted_proxies: Option<Vec<String>>,
    /// Folder with the built web pages
    #[arg(long, env = "TEMOTO_WEB", value_name = "DIR")]
    pub web: Option<PathBuf>,
    /// Folder with the customers' programs and their manifest.json
    #[arg(long, env = "TEMOTO_PROGRAMS", value_name = "DIR")]
    pub programs: Option<PathBuf>,
    /// What to log: error, warn, info, debug, or a filter like info,temoto_relay=debug [default: info]
    #[arg(long, env = "TEMOTO_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// How to log [default: text]
    #[arg(long, env = "TEMOTO_LOG_FORMAT", value_enum, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
    /// Where mail goes
    #[command(flatten)]
    pub mail: MailFlags,
    /// Let anybody register an organisation of their own, with a trial; needs mail
    #[arg(long, env = "TEMOTO_REGISTRATION")]
    pub registration: bool,
    /// Whether organisations need a licence to start sessions [default: free]
    #[arg(long, env = "TEMOTO_LICENCES", value_enum, value_name = "WHETHER")]
    pub licences: Option<LicenceNeed>,
    /// Public keys of others whose licences are believed; `licence issuer` prints the one of an installation
    #[arg(
        long,
        env = "TEMOTO_LICENCE_ISSUERS",
        value_delimiter = ',',
        value_name = "KEY"
    )]
    pub licence_issuers: Option<Vec<String>>,
    /// Connections at the same time [default: 4096]
    #[arg(long, env = "TEMOTO_CONNECTIONS", value_name = "NUMBER", value_parser = parse_count)]
    pub connections: Option<usize>,
    /// Connections of one address at the same time; a proxy's are not limited [default: 128]
    #[arg(long, env = "TEMOTO_CONNECTIONS_PER_ADDRESS", value_name = "NUMBER", value_parser = parse_count)]
    pub connections_per_address: Option<usize>,
}

/// Where mail goes.
#[derive(Args, Clone, Default)]
pub struct MailFlags {
    /// Mail server that takes mails, e.g. smtp.example.com:587; without one no mail is sent
    #[arg(long, env = "TEMOTO_MAIL_SERVER", value_name = "HOST:PORT")]
    pub mail_server: Option<String>,
    /// How the line to the mail server is kept private [default: starttls]
    #[arg(long, env = "TEMOTO_MAIL_SECURITY", value_enum, value_name = "HOW")]
    pub mail_security: Option<MailSecurity>,
    /// Name at the mail server, if it wants one
    #[arg(long, env = "TEMOTO_MAIL_USER", value_name = "NAME")]
    pub mail_user: Option<String>,
    /// File with the password for the mail server in its first line
    #[arg(long, env = "TEMOTO_MAIL_PASSWORD_FILE", value_name = "FILE")]
    pub mail_password_file: Option<PathBuf>,
    /// Sender of mails, e.g. "Support <support@example.com>"
    #[arg(long, env = "TEMOTO_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,
}

/// How the line to a mail server is kept private.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    /// TLS that must come after the greeting, port 587
    Starttls,
    /// TLS from the first byte, port 465
    Tls,
    /// None, for a mail server on this machine
    None,
}

/// What can be done with mail.
#[derive(Subcommand)]
pub enum Mail {
    /// Send a mail to see whether the mail server takes it
    Test(MailTest),
}

/// A mail to try with.
#[derive(Args)]
pub struct MailTest {
    /// Who gets it
    #[arg(long, value_name = "ADDRESS")]
    pub to: String,
    /// Its language, ja or en
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    pub lang: String,
    /// Configuration file [default: temoto.toml in the data folder]
    #[arg(long, env = "TEMOTO_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where mail goes
    #[command(flatten)]
    pub mail: MailFlags,
}

/// Whether organisations need a licence.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LicenceNeed {
    /// None: sessions without end, until an organisation activates one
    Free,
    /// Sessions are started with a licence or in a trial only
    Required,
}

/// What can be done with licences.
#[derive(Subcommand)]
pub enum Licence {
    /// Sign a licence with the key of this installation and print it
    Issue(Box<LicenceIssue>),
    /// Print what a licence says, and whether this installation signed it
    Inspect(LicenceInspect),
    /// Print the public key that others name in licence_issuers to believe licences of this installation
    Issuer,
}

/// What can be done with the audit trail.
#[derive(Subcommand)]
pub enum Audit {
    /// Find every gap and every change in the trails of all organisations; fails when there is one
    Verify(AuditVerify),
}

/// How to verify.
#[derive(Args)]
pub struct AuditVerify {
    /// An entry that was noted elsewhere, as this command prints the last one: ORGANISATION:NUMBER:HASH
    #[arg(long, value_name = "ENTRY")]
    pub expect: Vec<String>,
}

/// A licence to issue.
#[derive(Args)]
pub struct LicenceIssue {
    /// Sessions at once
    #[arg(long, value_name = "NUMBER", value_parser = parse_count)]
    pub sessions: usize,
    /// Whom it is for, in words
    #[arg(long, value_name = "NAME")]
    pub holder: String,
    /// For what kind of installation
    #[arg(long, value_enum, default_value = "on-premises")]
    pub kind: LicenceKindName,
    /// First day, like 2026-12-01, in UTC [default: today]
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// First day on which it counts no more [default: it never ends]
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    /// What for: one_time, unattended, meeting, files, call, recording, print [default: everything]
    #[arg(long, value_delimiter = ',', value_name = "FUNCTION")]
    pub functions: Option<Vec<String>>,
    /// Only for the organisation with this identifier; its page of licences shows it
    #[arg(long, value_name = "ID")]
    pub organisation: Option<String>,
    /// Takes the place of the licence with this identifier
    #[arg(long, value_name = "ID")]
    pub renews: Option<String>,
    /// Write it to this file, instead of printing the key
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// A kind of installation.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LicenceKindName {
    /// Many organisations on one installation
    PublicCloud,
    /// An own installation
    OnPremises,
    /// An own installation that a host runs
    PrivateCloud,
}

/// A licence to look at.
#[derive(Args)]
pub struct LicenceInspect {
    /// File with the licence; - reads the standard input
    pub file: PathBuf,
}

/// Form of the log.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Lines for people
    Text,
    /// One JSON object in a line
    Json,
}

/// What can be done with people.
#[derive(Subcommand)]
pub enum User {
    /// Add a person and print a one-time link with which to choose a password
    Add(UserAdd),
    /// List the people of an organisation
    List(UserList),
    /// Log a person out everywhere and let nobody in with this account
    Disable(UserNamed),
    /// Let a person in again
    Enable(UserNamed),
    /// Print a new one-time link with which a person chooses a password
    Link(UserNamed),
}

/// A person to add.
#[derive(Args)]
pub struct UserAdd {
    /// Address; also the name at login
    #[arg(long)]
    pub email: String,
    /// Name, as customers read it
    #[arg(long)]
    pub name: String,
    /// What the person may do
    #[arg(long, value_enum, default_value = "operator")]
    pub role: RoleName,
    /// Take the password from the first line of the standard input instead of printing a link
    #[arg(long)]
    pub password_stdin: bool,
    /// Which organisation, by name or identifier, if there are several
    #[arg(long, value_name = "NAME")]
    pub org: Option<String>,
    /// Public address for the link [default: that of temoto.toml]
    #[arg(long, env = "TEMOTO_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
}

/// What a person may do.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum RoleName {
    /// Help customers
    Operator,
    /// And run the organisation's account
    Administrator,
}

/// Whom to list.
#[derive(Args)]
pub struct UserList {
    /// Which organisation, by name or identifier, if there are several
    #[arg(long, value_name = "NAME")]
    pub org: Option<String>,
}

/// A person of an organisation.
#[derive(Args)]
pub struct UserNamed {
    /// Address of the person
    #[arg(long)]
    pub email: String,
    /// Which organisation, by name or identifier, if there are several
    #[arg(long, value_name = "NAME")]
    pub org: Option<String>,
    /// Public address for a link [default: that of temoto.toml]
    #[arg(long, env = "TEMOTO_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
}
