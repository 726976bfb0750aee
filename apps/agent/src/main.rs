//! temoto: the program on the customer's computer.

fn main() {}
