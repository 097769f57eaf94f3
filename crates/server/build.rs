//! Looks again for the web app whenever it was built anew, or not at all.

fn main() {
    println!("cargo::rerun-if-changed=../../web/dist");
}
