//! The customer's end: the program's own driver with the disk of this machine, in a process of its own, with a person who allows files. It shows a
//! display only where somebody looks: a browser offers files when there is a picture.

use std::sync::mpsc::sync_channel;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use temoto_crypto::RootKeeping;
use temoto_driver::{Driver, Order, Report, Settings};
use temoto_input::OwnWindows;
use temoto_session::permission::Capability;
use temoto_session::view::AgentView;
use temoto_session::{AgentCommand, AgentSettings};
use temoto_transport::{Endpoint, Trust};
use temoto_wire::proto::About;
use temoto_wire::relay::Role;

/// Reports that may wait.
const REPORTS: usize = 1_024;

/// Where it dials and what it says.
#[derive(Args, Clone, Debug)]
pub struct Customer {
    /// Where the server is, or the line to it.
    #[arg(long)]
    pub port: u16,
    /// `host:port` of the server.
    #[arg(long)]
    pub authority: String,
    /// Hash of the server's key, 20 hexadecimal digits.
    #[arg(long)]
    pub pin: String,
    /// The code.
    #[arg(long)]
    pub digits: String,
    /// The display that is shared, as in `:80`.
    #[arg(long)]
    pub display: Option<String>,
}

/// What of the driver's reports matters here.
enum Said {
    View(Box<AgentView>),
    Unreachable(String),
    Done,
}

/// Runs until the session is over. The person's folder is that of the environment.
pub fn run(customer: &Customer) -> Result<()> {
    let mut pin = [0; 10];
    hex::decode_to_slice(&customer.pin, &mut pin)?;
    let settings = Settings {
        display: customer.display.clone(),
        agent: AgentSettings {
            role: Role::Program,
            keeping: RootKeeping::Machine,
            signed: false,
            build: "temoto bench".to_owned(),
            about: About {
                system: "Linux".to_owned(),
                software: "bench".to_owned(),
                computer: "customer".to_owned(),
                language: "en".to_owned(),
                keyboard: String::new(),
            },
        },
        own: OwnWindows::none(),
    };
    let (tell, reports) = sync_channel(REPORTS);
    let driver = Driver::start(settings, move |report| {
        let said = match report {
            Report::View(view) => Said::View(view),
            Report::Unreachable(why) => Said::Unreachable(why),
            Report::Done => Said::Done,
            Report::Hands(_) | Report::Painted(..) | Report::Picture(_) | Report::Blank => return,
        };
        // Nobody listens any more when this process ends.
        let _unheard = tell.send(said);
    })?;
    let orders = [
        Order::Endpoint(Endpoint {
            host: "localhost".to_owned(),
            port: customer.port,
            trust: Trust::Pinned(pin),
            authority: customer.authority.clone(),
        }),
        Order::Customer(AgentCommand::Join {
            host: customer.authority.clone(),
            digits: customer.digits.clone(),
            key: None,
            system: String::new(),
            software: String::new(),
            language: String::new(),
        }),
    ];
    for order in orders {
        if !driver.order(order) {
            bail!("the driver takes no orders");
        }
    }
    loop {
        match reports.recv().context("the driver is gone")? {
            // Whatever the operator asks for, and files at once.
            Said::View(view) if !view.asked.is_empty() => {
                let mut capabilities = view.asked;
                capabilities.extend([Capability::FilesIn, Capability::FilesOut]);
                if !driver.order(Order::Customer(AgentCommand::Allow { capabilities })) {
                    bail!("the driver takes no orders");
                }
            }
            Said::Unreachable(why) => return Err(anyhow!(why)),
            Said::Done => return Ok(()),
            Said::View(_) => {}
        }
    }
}
