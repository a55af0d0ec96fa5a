//! A short run of the soak: responses by one version each, and no more descriptors and threads at
//! the end than at the beginning.

use std::process::Command;

#[test]
fn a_short_soak_leaves_nothing_behind() {
    let output = Command::new(env!("CARGO_BIN_EXE_soak"))
        .args(["10s", "16"])
        .output()
        .expect("the program");
    let told = String::from_utf8_lossy(&output.stdout);
    println!("{told}");
    assert!(output.status.success(), "{told}");
    assert_eq!(told.matches("wrong: 0\n").count(), 2, "{told}");
    if cfg!(target_os = "linux") {
        assert!(!told.contains("| 0 |"), "not counted: {told}");
    }
}
