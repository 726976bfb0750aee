//! The official vectors, natively; `apps/wasm` calls the same function in WebAssembly.

#[test]
fn the_official_vectors_of_cpace_and_noise_hold() {
    let checked = temoto_crypto::vectors::check().unwrap();
    assert_eq!((checked.cpace, checked.noise), (3, 4));
}
