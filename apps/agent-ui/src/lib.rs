//! The generated interface of the customer's program.
