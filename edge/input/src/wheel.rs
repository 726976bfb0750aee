//! Parts of a notch become whole notches.

/// One notch, in the unit of the wire.
const NOTCH: i32 = 120;

/// Adds up wheel movement along one axis. What is left over has less than one notch, so it is bounded.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wheel {
    rest: i32,
}

impl Wheel {
    /// Adds 120ths and returns the whole notches to turn now, at most 273 for any input.
    pub(crate) fn turn(&mut self, part: i16) -> i32 {
        // A change of direction starts anew: half a notch back must not need one and a half.
        if self.rest.signum() * i32::from(part).signum() < 0 {
            self.rest = 0;
        }
        let sum = self.rest + i32::from(part);
        self.rest = sum % NOTCH;
        sum / NOTCH
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_to_notches() {
        let mut wheel = Wheel::default();
        assert_eq!([40, 40, 40, 40].map(|part| wheel.turn(part)), [0, 0, 1, 0]);
        assert_eq!(
            wheel.turn(-120),
            -1,
            "the rest of the other direction is forgotten"
        );
        assert_eq!(wheel.turn(-359), -2);
        assert_eq!(wheel.turn(i16::MIN), -274);
        assert_eq!(wheel.turn(0), 0);
    }
}
