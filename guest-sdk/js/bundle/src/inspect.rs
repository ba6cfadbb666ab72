//! Owns what is looked for in a module's syntax tree: what it imports, where, and what no mini-app may
//! have. Must not know where imports lead.

use std::ops::Range;

use oxc::ast::ast::{
    Argument, ArrowFunctionExpression, AwaitExpression, CallExpression, Decorator,
    ExportAllDeclaration, ExportFromDeclaration, Expression, ForOfStatement, Function,
    ImportDeclaration, ImportExpression, Program, StringLiteral, TSExternalModuleReference,
    TryStatement, VariableDeclaration, VariableDeclarationKind,
};
use oxc::ast_visit::{Visit, walk};
use oxc::span::{GetSpan, Span};
use oxc::syntax::scope::ScopeFlags;

use crate::finding::Finding;
use crate::limits::MAX_DIAGNOSTICS;

/// What a module's syntax tree holds.
#[derive(Debug, Default)]
pub(crate) struct Inspection {
    /// In the order of the source.
    pub(crate) imports: Vec<Import>,
    /// At most [`MAX_DIAGNOSTICS`], in the order of the source.
    pub(crate) findings: Vec<(Finding, Range<usize>)>,
}

/// A name that a module imports, exports from or requires.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) specifier: String,
    /// Where it stands, in bytes, with its quotes.
    pub(crate) range: Range<usize>,
    /// Whether it is required within `try`, so that the module can do without.
    pub(crate) caught: bool,
}

/// Looks at a module's syntax tree, as it was written.
pub(crate) fn inspect(program: &Program<'_>) -> Inspection {
    let mut inspector = Inspector::default();
    inspector.visit_program(program);
    inspector.inspection
}

/// Whether a finished script imports and exports nothing, and runs at once.
pub(crate) fn is_self_contained(program: &Program<'_>) -> bool {
    let mut inspector = Inspector::default();
    inspector.visit_program(program);
    let mut findings = inspector.inspection.findings.iter();
    !inspector.imports_at_run_time
        && findings.all(|(finding, _)| *finding != Finding::TopLevelAwait)
        && (program.body.iter()).all(|statement| statement.as_module_declaration().is_none())
}

#[derive(Default)]
struct Inspector {
    inspection: Inspection,
    /// How many functions are around what is visited.
    functions: u32,
    /// How many `try` blocks are around what is visited.
    tries: u32,
    imports_at_run_time: bool,
}

impl Inspector {
    fn imported(&mut self, literal: &StringLiteral<'_>) {
        self.import(literal.value.as_str(), literal.span, false);
    }

    fn import(&mut self, specifier: &str, span: Span, caught: bool) {
        self.inspection.imports.push(Import {
            specifier: specifier.to_owned(),
            range: range(span),
            caught,
        });
    }

    fn found(&mut self, finding: Finding, span: Span) {
        if self.inspection.findings.len() < MAX_DIAGNOSTICS {
            self.inspection.findings.push((finding, range(span)));
        }
    }

    fn awaited(&mut self, span: Span, keyword: &str) {
        if self.functions == 0 {
            let keyword = u32::try_from(keyword.len()).unwrap_or_default();
            self.found(Finding::TopLevelAwait, Span::sized(span.start, keyword));
        }
    }
}

impl<'a> Visit<'a> for Inspector {
    fn visit_import_declaration(&mut self, it: &ImportDeclaration<'a>) {
        if !it.import_kind.is_type() {
            self.imported(&it.source);
        }
    }

    fn visit_export_from_declaration(&mut self, it: &ExportFromDeclaration<'a>) {
        if !it.export_kind.is_type() {
            self.imported(&it.source);
        }
    }

    fn visit_export_all_declaration(&mut self, it: &ExportAllDeclaration<'a>) {
        if !it.export_kind.is_type() {
            self.imported(&it.source);
        }
    }

    fn visit_ts_external_module_reference(&mut self, it: &TSExternalModuleReference<'a>) {
        self.imported(&it.expression);
    }

    fn visit_import_expression(&mut self, it: &ImportExpression<'a>) {
        self.imports_at_run_time = true;
        match name(&it.source) {
            Some(specifier) => self.import(specifier, it.source.span(), false),
            None => self.found(Finding::DynamicImport, it.source.span()),
        }
        walk::walk_import_expression(self, it);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        if it.callee.is_specific_id("require") {
            let argument = it.arguments.first().and_then(Argument::as_expression);
            match (argument, argument.and_then(name)) {
                (Some(argument), Some(specifier)) => {
                    self.import(specifier, argument.span(), self.tries > 0);
                }
                (Some(argument), None) => self.found(Finding::DynamicRequire, argument.span()),
                (None, _) => {}
            }
        }
        walk::walk_call_expression(self, it);
    }

    fn visit_try_statement(&mut self, it: &TryStatement<'a>) {
        if let Some(handler) = &it.handler {
            self.tries += 1;
            self.visit_block_statement(&it.block);
            self.tries -= 1;
            self.visit_catch_clause(handler);
        } else {
            self.visit_block_statement(&it.block);
        }
        if let Some(finalizer) = &it.finalizer {
            self.visit_block_statement(finalizer);
        }
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        self.functions += 1;
        walk::walk_function(self, it, flags);
        self.functions -= 1;
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        self.functions += 1;
        walk::walk_arrow_function_expression(self, it);
        self.functions -= 1;
    }

    fn visit_await_expression(&mut self, it: &AwaitExpression<'a>) {
        self.awaited(it.span, "await");
        walk::walk_await_expression(self, it);
    }

    fn visit_for_of_statement(&mut self, it: &ForOfStatement<'a>) {
        if it.r#await {
            self.awaited(it.span, "for await");
        }
        walk::walk_for_of_statement(self, it);
    }

    fn visit_variable_declaration(&mut self, it: &VariableDeclaration<'a>) {
        if it.kind == VariableDeclarationKind::AwaitUsing {
            self.awaited(it.span, "await using");
        }
        walk::walk_variable_declaration(self, it);
    }

    fn visit_decorator(&mut self, it: &Decorator<'a>) {
        self.found(Finding::Decorator, it.span);
        walk::walk_decorator(self, it);
    }
}

/// The text of a literal without substitutions.
fn name<'a>(expression: &Expression<'a>) -> Option<&'a str> {
    match expression {
        Expression::StringLiteral(literal) => Some(literal.value.as_str()),
        Expression::TemplateLiteral(literal) => literal.single_quasi().map(|text| text.as_str()),
        _ => None,
    }
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

#[cfg(test)]
mod tests {
    use oxc::allocator::Allocator;
    use oxc::parser::Parser;
    use oxc::span::SourceType;

    use super::*;

    fn inspected(text: &str) -> Inspection {
        let allocator = Allocator::default();
        let parsed = Parser::new(&allocator, text, SourceType::ts().with_module(true)).parse();
        assert_eq!(parsed.diagnostics.len(), 0, "{text}");
        inspect(&parsed.program)
    }

    fn findings(text: &str) -> Vec<(Finding, String)> {
        let inspection = inspected(text);
        let findings = inspection.findings.into_iter();
        findings
            .map(|(finding, range)| (finding, text[range].to_owned()))
            .collect()
    }

    #[test]
    fn await_is_found_where_no_function_is_around_it() {
        for (text, marked) in [
            ("await f()", "await"),
            ("{ if (x) await f() }", "await"),
            ("for await (const x of y) {}", "for await"),
            ("await using x = f()", "await using"),
            ("class A { [await f()]() {} }", "await"),
        ] {
            let expected = vec![(Finding::TopLevelAwait, marked.to_owned())];
            assert_eq!(findings(text), expected, "{text}");
        }
        for text in [
            "async function f() { await g() }",
            "const f = async () => await g()",
            "class A { async f() { for await (const x of y) {} } }",
        ] {
            assert_eq!(findings(text), [], "{text}");
        }
    }

    #[test]
    fn names_that_only_the_running_script_knows_are_found() {
        let marked = |finding, text: &str| vec![(finding, text.to_owned())];
        assert_eq!(
            findings("import(x + '.js')"),
            marked(Finding::DynamicImport, "x + '.js'")
        );
        assert_eq!(
            findings("require(`./${x}`)"),
            marked(Finding::DynamicRequire, "`./${x}`")
        );
        assert_eq!(findings("import('./x'); require(`./x`)"), []);
    }

    #[test]
    fn every_way_to_import_is_one_but_those_of_types() {
        let text = "import 'a'; import b from 'b'; export * from 'c'; export { d } from 'd';
            import('e'); require('f'); import g = require('g'); try { require('h') } catch {}
            try { require('i') } finally {}
            import type { J } from 'j'; export type { K } from 'k'";
        let imports = inspected(text).imports;
        let names: Vec<_> = (imports.iter())
            .map(|import| (import.specifier.as_str(), import.caught))
            .collect();
        let found = ["a", "b", "c", "d", "e", "f", "g"].map(|name| (name, false));
        let tried = [("h", true), ("i", false)];
        assert_eq!(names, [&found[..], &tried[..]].concat());
    }

    #[test]
    fn findings_are_bounded() {
        let text = "await f();".repeat(MAX_DIAGNOSTICS + 1);
        assert_eq!(findings(&text).len(), MAX_DIAGNOSTICS);
    }
}
