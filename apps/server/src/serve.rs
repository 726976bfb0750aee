//! `serve`: wires the rooms together, runs them, and stops them in order.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use rand_core::OsRng;
use temoto_crypto::Secret32;
use temoto_jobs::{Jobs, MailParts, MailQueue};
use temoto_model::MailId;
use temoto_model::licence;
use temoto_model::second_factor::FactorKey;
use temoto_model::secret::generate_token;
use temoto_model::ticket::TicketKey;
use temoto_portal::{Pages, Parts, Passwords, Portal, Programs, Random};
use temoto_store::{Accounts as _, Attachments, Clock, Licences as _, Store};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::accept::Server;
use crate::attached::{Attached, open_relay, relay_routes};
use crate::clock::SystemClock;
use crate::command::{LicenceNeed, Serve};
use crate::config::{Config, Tls};
use crate::database::Place;
use crate::folder::{Folder, write_private};
use crate::{licences, logging, tls};

/// When those who are attached are to come back: a restart takes about as long.
const COME_BACK_MS: u32 = 1_500;
/// How long a mail on its way may still take when the server stops.
const LAST_MAIL: std::time::Duration = std::time::Duration::from_secs(2);

/// Runs the command until it is told to stop.
pub async fn run(data: &Path, command: Serve) -> anyhow::Result<()> {
    let folder = Folder::at(data);
    let config = Config::load(command, &folder.configuration())?;
    logging::start(&config.log, config.log_format)?;
    // Before anything is listened to: who cannot work does not answer.
    let pages = pages(&config)?;
    let programs = programs(&config)?;
    let database = Place::configured(&folder, &config).open().await?;
    if database.organisations().await?.is_empty() {
        // A set-up that broke off: a server that nobody can log in to helps nobody.
        bail!("{}", folder.not_set_up());
    }
    let signing = folder.read_key("signing.key")?;
    let tickets = folder.read_key("ticket.key")?;
    let mut issuers = config.licence_issuers.clone();
    issuers.push(licence::issuer(&*licences::seed(&folder)?));
    database
        .require_licences(config.licences == LicenceNeed::Required)
        .await?;
    let (listener, address) = listen(config.listen).await?;
    let site = config.site(address.port())?;
    let acceptor = tls::acceptor(&config.tls, &folder, &site)?;
    let own_key = acceptor.as_ref().and_then(|acceptor| acceptor.own_key);
    let tls = acceptor.map(|acceptor| acceptor.tls);

    let store: Arc<dyn Store> = Arc::new(database.clone());
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let relay = open_relay(&site, &signing, &tickets, &database).await?;
    let attachments: Arc<dyn Attachments> = Arc::new(Attached::new(relay.clone()));
    let portal = Portal::new(Parts {
        store: Arc::clone(&store),
        clock: Arc::clone(&clock),
        random: Random::new(OsRng),
        site: site.clone(),
        proxies: config.proxies.clone(),
        own_key,
        tickets: TicketKey::from_bytes(*tickets),
        signing: Secret32::new(*signing),
        issuers,
        passwords: Passwords::new(),
        pages,
        programs,
        attachments: Arc::clone(&attachments),
        factors: FactorKey::derive(&signing),
        mail: config.mail.is_some(),
        registration: config.registration,
    });
    let mail = match &config.mail {
        Some(mail) => Some(mail.open(&site.host())?),
        None => {
            tracing::warn!(
                "mail is not set up; without mail_server and mail_from nobody is invited by mail or warned"
            );
            None
        }
    };
    let server = Server {
        router: portal.router(relay_routes(&relay)),
        proxied_only: tls.is_none() && !config.listen.ip().is_loopback(),
        tls,
        proxies: config.proxies.clone(),
        connections: config.connections,
        per_address: config.connections_per_address,
    };

    let (stop, stopping) = watch::channel(false);
    let mailing = mail.map(|post| {
        let queue = MailQueue::new(MailParts {
            store: Arc::clone(&store),
            post: Arc::new(post),
            clock: Arc::clone(&clock),
            draw_id: Box::new(|| MailId::generate(&mut OsRng)),
            draw_token: Box::new(|| generate_token(&mut OsRng)),
            site: site.origin(),
        });
        tokio::spawn(queue.run(stopping.clone()))
    });
    let jobs = tokio::spawn(Jobs::new(store, attachments, clock, (*signing).into()).run(stopping.clone()));
    let mut serving = tokio::spawn(server.run(listener, stopping));
    if let Some(path) = &config.port_file {
        write_private(path, format!("{}\n", address.port()).as_bytes())?;
    }
    tracing::info!(address = %address, port = address.port(), url = %site.origin(), tls = config.tls != Tls::None, "listening");

    tokio::select! {
        asked = asked_to_stop() => asked?,
        ended = &mut serving => {
            ended.context("the accept loop failed")?;
            bail!("the accept loop ended by itself");
        }
    }
    tracing::info!("stopping");
    relay.drain(COME_BACK_MS).await;
    stop.send_replace(true);
    serving.await.context("the accept loop failed")?;
    jobs.await.context("the jobs failed")?;
    if let Some(mailing) = mailing {
        // A conversation with a mail server is not waited for to its end: what it was about waits in the queue.
        let _ = tokio::time::timeout(LAST_MAIL, mailing).await;
    }
    database.close().await;
    tracing::info!("stopped");
    Ok(())
}

fn pages(config: &Config) -> anyhow::Result<Pages> {
    if let Some(folder) = &config.web {
        return Pages::folder(&folder.value).with_context(|| folder.from.clone());
    }
    if let Some(pages) = Pages::embedded() {
        return Ok(pages);
    }
    tracing::warn!("this program was built without web pages; give their folder with --web");
    Ok(Pages::none())
}

fn programs(config: &Config) -> anyhow::Result<Programs> {
    if let Some(folder) = &config.programs {
        return Programs::read(&folder.value).with_context(|| folder.from.clone());
    }
    if let Some(programs) = Programs::embedded()? {
        return Ok(programs);
    }
    tracing::warn!("there are no programs for customers; give their folder with --programs");
    Ok(Programs::default())
}

async fn listen(wanted: SocketAddr) -> anyhow::Result<(TcpListener, SocketAddr)> {
    let listener = match TcpListener::bind(wanted).await {
        Ok(listener) => listener,
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => bail!(
            "port {} is in use at {} by another program; stop that one or choose another with --listen",
            wanted.port(),
            wanted.ip()
        ),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => bail!(
            "this user may not listen at port {}; choose one above 1023 with --listen, or give the program the right to",
            wanted.port()
        ),
        Err(error) => return Err(error).with_context(|| format!("cannot listen at {wanted}")),
    };
    let address = listener.local_addr()?;
    Ok((listener, address))
}

async fn asked_to_stop() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
