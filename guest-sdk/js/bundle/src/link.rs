//! Owns how modules become one script: what the bundler is asked for, and what is made of its answer.
//! Must not know how files are found.

use std::sync::Arc;

use oxc::allocator::Allocator;
use oxc::parser::Parser;
use oxc::span::SourceType;
use rolldown::{
    AttachDebugInfo, Bundler, BundlerOptions, BundlerTransformOptions, ChecksOptions,
    CodeSplittingMode, Either, ExperimentalOptions, InputItem, OutputFormat, Platform,
    RawMinifyOptions, SourceMapType, TsConfig,
};
use rolldown_common::{Output, OutputChunk};
use rolldown_error::{BuildDiagnostic, BuildResult};

use crate::bundle::{Bundle, ModuleSize, largest};
use crate::diagnostic::{Diagnostic, Problem};
use crate::entry::ENTRY;
use crate::error::{BundleError, Faults, sorted};
use crate::folder::is_in_package;
use crate::inspect::is_self_contained;
use crate::limits::{MAX_BUNDLE_BYTES, MAX_DIAGNOSTICS};
use crate::loader::{Loader, ROOT, name_of};
use crate::report::{message_of, report};
use crate::source_map::SourceMap;

/// The newest JavaScript that a script may have: what QuickJS-ng runs.
const TARGET: &str = "es2023";

/// Makes one script of what `loader` loads.
pub(crate) async fn link(loader: Loader) -> Result<Bundle, BundleError> {
    let loader = Arc::new(loader);
    let linked = generate(&loader).await;
    let found = loader.take_found();
    if let Some(exceeded) = found.exceeded {
        return Err(exceeded);
    }
    let mut errors = found.errors;
    let output = match linked {
        Ok(output) if errors.is_empty() => output,
        Ok(_) => return Err(faults(errors)),
        Err(told) => {
            let reports: Vec<_> = told.iter().map(|told| (told, of(&loader, told))).collect();
            let others = reports.iter().find(|(_, report)| report.is_none());
            let other = others.map(|(told, _)| message_of(told));
            // What does not fit together may follow from what could not be read.
            let follows = !errors.is_empty();
            let reports = reports.into_iter().filter_map(|(_, report)| report);
            errors.extend(
                reports.filter(|report| !(follows && report.problem() == Problem::Linking)),
            );
            return Err(match (errors.is_empty(), other) {
                (true, Some(other)) => BundleError::Failed(other),
                _ => faults(errors),
            });
        }
    };
    let mut warnings = found.warnings;
    let told = output.warnings.iter().filter_map(|told| of(&loader, told));
    // What a package does oddly is nothing that the mini-app's author can mend, as long as it runs.
    warnings.extend(
        told.filter(|warning| warning.problem() == Problem::Eval || !is_in_package(warning.file())),
    );
    let mut warnings = sorted(warnings);
    warnings.truncate(MAX_DIAGNOSTICS);
    let chunk = match output.assets.as_slice() {
        [Output::Chunk(chunk), ..] => chunk,
        _ => return Err(BundleError::Failed("it wrote no script".to_owned())),
    };
    let modules = modules(chunk);
    if chunk.code.len() > MAX_BUNDLE_BYTES {
        return Err(BundleError::TooLarge {
            bytes: chunk.code.len(),
            largest: largest(modules),
        });
    }
    check(&chunk.code)?;
    Ok(Bundle {
        script: chunk.code.clone(),
        map: (chunk.map.as_ref()).map_or_else(SourceMap::default, SourceMap::of_places),
        warnings,
        modules,
    })
}

async fn generate(loader: &Arc<Loader>) -> BuildResult<rolldown::BundleOutput> {
    let options = BundlerOptions {
        input: Some(vec![InputItem {
            name: Some("app".to_owned()),
            import: ENTRY.to_owned(),
        }]),
        cwd: Some(ROOT.into()),
        dir: Some(ROOT.to_owned()),
        platform: Some(Platform::Neutral),
        format: Some(OutputFormat::Esm),
        sourcemap: Some(SourceMapType::Hidden),
        define: Some(
            [(
                "process.env.NODE_ENV".to_owned(),
                "\"production\"".to_owned(),
            )]
            .into_iter()
            .collect(),
        ),
        transform: Some(BundlerTransformOptions {
            target: Some(Either::Left(TARGET.to_owned())),
            jsx: Some(Either::Left("disable".to_owned())),
            ..BundlerTransformOptions::default()
        }),
        minify: Some(RawMinifyOptions::Bool(false)),
        code_splitting: Some(CodeSplittingMode::Bool(false)),
        tsconfig: Some(TsConfig::Auto(false)),
        experimental: Some(ExperimentalOptions {
            // Comments with names of files, which might hold a line break.
            attach_debug_info: Some(AttachDebugInfo::None),
            ..ExperimentalOptions::default()
        }),
        checks: Some(ChecksOptions {
            ineffective_dynamic_import: Some(false),
            invalid_annotation: Some(false),
            plugin_timings: Some(false),
            ..ChecksOptions::default()
        }),
        ..BundlerOptions::default()
    };
    let mut bundler = Bundler::with_plugins(options, vec![Arc::<Loader>::clone(loader)])?;
    let output = bundler.generate().await;
    bundler.close().await?;
    output
}

fn of(loader: &Loader, told: &BuildDiagnostic) -> Option<Diagnostic> {
    report(told, |name| loader.source(name))
}

fn faults(errors: Vec<Diagnostic>) -> BundleError {
    Faults::new(errors).map_or_else(
        || BundleError::Failed("it gave no reason".to_owned()),
        BundleError::from,
    )
}

/// The mini-app's modules in the script, in its order.
fn modules(chunk: &OutputChunk) -> Vec<ModuleSize> {
    let rendered = chunk.modules.keys.iter().zip(&chunk.modules.values);
    let sizes = rendered.filter_map(|(id, module)| {
        let name = name_of(id)?.to_owned();
        let bytes = module.rendered_length();
        (bytes > 0).then_some(ModuleSize { name, bytes })
    });
    sizes.collect()
}

/// Makes sure that `script` is what it should be: an ES module that asks for nothing and runs at
/// once.
fn check(script: &str) -> Result<(), BundleError> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, script, SourceType::mjs()).parse();
    if let Some(fault) = parsed.diagnostics.first() {
        let problem = format!("it wrote a script that does not parse: {}", fault.message);
        return Err(BundleError::Failed(problem));
    }
    if !is_self_contained(&parsed.program) {
        let problem = "it wrote a script that imports, exports or waits";
        return Err(BundleError::Failed(problem.to_owned()));
    }
    Ok(())
}
