//! One end of the canaries' session as a process of its own: the first line of the standard input says which one it is,
//! further lines what it has to do; what happens goes to the standard output, a JSON object in a line.

use std::io;

fn main() -> io::Result<()> {
    temoto_canary::end::main()
}
