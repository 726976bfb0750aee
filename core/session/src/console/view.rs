//! What the console shows, made from its state.

use temoto_wire::relay::Role;

use super::{Console, End};
use crate::permission::Capability;
use crate::view::{
    CodeView, ConsoleView, CustomerEnd, DisplayView, LinkView, PictureView, Quality, RestView, closed_code,
};

impl Console {
    pub(super) fn view(&self, now_ms: u64) -> ConsoleView {
        let program = self.program().map(|(_, end)| end);
        let source = self.source().map(|(_, end)| end);
        let page = self.ends.values().find(|end| end.role == Role::Page);
        let mut granted: Vec<Capability> = Vec::new();
        let mut asked = Vec::new();
        let mut resting = Vec::new();
        if let Some(end) = program {
            granted.extend(end.grants.iter());
            asked.extend(end.asked.iter().copied());
            let rests = end.resting.iter().filter(|&(_, &until)| now_ms < until);
            resting.extend(rests.map(|(&capability, &until)| RestView {
                capability,
                until_ms: self.unix(until),
            }));
        }
        ConsoleView {
            session: self
                .setup
                .as_ref()
                .map(|s| hex::encode(s.session))
                .unwrap_or_default(),
            link: LinkView {
                up: self.link.is_up(),
                trying_since_ms: self.link.lost_since().map(|at| self.unix(at)),
                closed: self.link.closed().map(closed_code),
            },
            code: self.code.as_ref().map(|waiting| CodeView {
                digits: waiting.code.digits().to_owned(),
                expires_at_ms: self.unix(waiting.expires_ms),
                failures: waiting.failures,
            }),
            notice: self.notice.clone(),
            page: page.filter(|end| end.greeted).map(|end| self.customer(end)),
            step: self.step,
            program: program.filter(|end| end.greeted).map(|end| self.customer(end)),
            waiting_for_permission: program.is_some_and(|end| end.greeted && !end.answered),
            granted,
            asked,
            resting,
            paused: program.is_some_and(|end| end.grants.paused()),
            controlling: self.controlling,
            yielded: program.is_some_and(|end| end.yielded),
            obstacle: program
                .filter(|end| end.grants.allows(Capability::View))
                .and_then(|end| end.obstacle),
            displays: self
                .displays
                .iter()
                .map(|d| DisplayView {
                    id: d.id,
                    name: d.name.clone(),
                    x: d.x,
                    y: d.y,
                    width: d.width,
                    height: d.height,
                    scale_percent: d.scale_percent,
                    primary: d.primary,
                })
                .collect(),
            shown: self.wanted.or(self.shown),
            side_by_side: self.side_by_side,
            changing: self.is_changing(),
            colors: self.colors,
            exact: self.is_exact(),
            clipboard: self.clipboard_view(),
            files: self.files_view(),
            sharing: program
                .is_none()
                .then(|| self.sharer().map(|(_, end)| end.surface))
                .flatten(),
            showing: self.show_view(),
            picture: self
                .seen()
                .look()
                .map(|look| PictureView {
                    width: look.size.width,
                    height: look.size.height,
                    look: look.number,
                })
                .filter(|_| source.is_some_and(|end| end.grants.allows(Capability::View))),
            quality: Quality {
                round_trip_ms: program.or(page).and_then(|end| end.peer.round_trip_ms()),
                bits_per_second: self.meter.bits_per_second(),
                frames_per_second: self.seen().frames_per_second(now_ms),
            },
            chat: self.chat.lines().to_vec(),
            ended: self.ended.clone(),
        }
    }

    fn customer(&self, end: &End) -> CustomerEnd {
        CustomerEnd {
            present: end.present && end.lost_ms.is_none() && end.peer.is_ready(),
            lost_since_ms: end.lost_ms.map(|at| self.unix(at)),
            system: end.about.system.clone(),
            software: end.about.software.clone(),
            computer: end.about.computer.clone(),
            keyboard: end.about.keyboard.clone(),
            host: end.host.clone(),
            level: end.level,
        }
    }
}
