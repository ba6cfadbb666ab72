//! The search, on sysroots made of empty files.

use super::*;
use tempfile::TempDir;

struct Machine {
    root: TempDir,
}

impl Machine {
    fn new() -> Self {
        Self {
            root: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, below: &str) -> PathBuf {
        self.root.path().join(below)
    }

    fn folder(&self, below: &str) -> &Self {
        fs::create_dir_all(self.path(below)).unwrap();
        self
    }

    fn file(&self, below: &str) -> &Self {
        let file = self.path(below);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "").unwrap();
        self
    }

    fn candidate(&self, name: &str) -> Candidate {
        Candidate {
            cargo: self.path(name).join("bin/cargo"),
            rustc: self.path(name).join("bin/rustc"),
            sysroot: self.path(name),
            host: "x86_64-unknown-linux-gnu".into(),
        }
    }

    fn choose(&self, names: &[&str]) -> Result<Toolchain, ToolchainError> {
        let candidates: Vec<_> = names.iter().map(|name| self.candidate(name)).collect();
        choose(&candidates, self.path("path").as_os_str())
    }
}

const LLD: &str = "lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld";
const SOURCE: &str = "lib/rustlib/src/rust/library/std";

#[test]
fn a_tool_chain_with_the_target_is_used_as_it_is() {
    let machine = Machine::new();
    machine
        .folder(&format!("active/lib/rustlib/{TARGET}"))
        .file(&format!("active/{LLD}"));
    let found = machine.choose(&["active", "system"]).unwrap();
    assert_eq!(found.rustc, machine.path("active/bin/rustc"));
    assert_eq!(found.linker, Linker::OwnSysroot);
    assert!(!found.builds_standard_library());
}

#[test]
fn the_distributions_source_is_linked_with_the_active_tool_chains_linker() {
    let machine = Machine::new();
    machine
        .folder("active")
        .file(&format!("active/{LLD}"))
        .folder(&format!("system/{SOURCE}"));
    let found = machine.choose(&["active", "system"]).unwrap();
    assert_eq!(found.rustc, machine.path("system/bin/rustc"));
    assert_eq!(found.cargo, machine.path("system/bin/cargo"));
    assert!(found.builds_standard_library());
    let folder = machine.path("active/lib/rustlib/x86_64-unknown-linux-gnu/bin");
    assert_eq!(found.linker, Linker::InFolder(folder));
}

#[test]
fn without_rust_lld_the_newest_wasm_ld_on_path_links() {
    let machine = Machine::new();
    machine.folder(&format!("system/{SOURCE}"));
    machine
        .file("path/wasm-ld-9")
        .file("path/wasm-ld-19")
        .file("path/wasm-ld-next");
    let found = machine.choose(&["system"]).unwrap();
    assert_eq!(found.linker, Linker::Named(machine.path("path/wasm-ld-19")));
    machine.file("path/wasm-ld");
    let found = machine.choose(&["system"]).unwrap();
    assert_eq!(found.linker, Linker::Named(machine.path("path/wasm-ld")));
}

#[test]
fn each_lack_is_one_line_with_what_to_run() {
    let machine = Machine::new();
    machine.folder("active").folder("path");
    let none = machine.choose(&[]).unwrap_err().to_string();
    assert!(
        none.ends_with("install Rust from https://rustup.rs"),
        "{none}"
    );

    let target = machine
        .choose(&["active", "system"])
        .unwrap_err()
        .to_string();
    let sysroots = format!(
        "{} and {}",
        machine.path("active").display(),
        machine.path("system").display()
    );
    assert_eq!(
        target,
        format!(
            "no wasm tool chain found (looked for the target {TARGET} in {sysroots}): run `cargo xtask setup`, or `rustup target add {TARGET}`"
        )
    );

    machine.folder(&format!("system/{SOURCE}"));
    let linker = machine.choose(&["system"]).unwrap_err().to_string();
    assert!(
        linker.ends_with("run `cargo xtask setup`, or install LLVM's lld"),
        "{linker}"
    );
    assert!(
        [none, target, linker]
            .iter()
            .all(|line| !line.contains('\n'))
    );
}

#[test]
fn a_compiler_that_does_not_answer_is_no_candidate() {
    let machine = Machine::new();
    machine.folder("active");
    assert!(
        Candidate::ask(
            &machine.path("active/bin/rustc"),
            Path::new("cargo"),
            machine.root.path()
        )
        .is_none()
    );
}
