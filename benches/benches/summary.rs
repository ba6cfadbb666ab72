//! All targets, as they were measured last.

use miniapp_benches::results::{BENCHMARKS, Results};

fn main() {
    let results = Results::new(env!("CARGO_TARGET_TMPDIR"));
    println!(
        "\nTargets, as last measured (the figures depend on the machine, the ratios hardly):\n"
    );
    for benchmark in BENCHMARKS {
        let targets = results.told(benchmark);
        if targets.is_empty() {
            println!("{benchmark}: not measured yet; run `cargo bench --bench {benchmark}`");
        }
        targets.iter().for_each(|target| println!("{target}"));
    }
    println!();
}
