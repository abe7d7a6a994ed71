//! The lines of a template, for changing some and leaving all others as they are written.

use std::ops::Range;

/// Lines, counted from one as a [`crate::node::Node`] counts them.
#[derive(Debug)]
pub(crate) struct Lines<'y> {
    written: Vec<&'y str>,
    /// What is there instead: nothing, or other lines.
    changed: Vec<Option<String>>,
}

impl<'y> Lines<'y> {
    pub(crate) fn new(yaml: &'y str) -> Self {
        let written: Vec<_> = yaml.lines().collect();
        let changed = written.iter().map(|line| Some((*line).to_owned())).collect();

        Self { written, changed }
    }

    /// Takes away the block that begins at `line`, with the comment above it.
    pub(crate) fn remove(&mut self, line: usize) {
        let mut block = self.block(line);
        let is_comment = |line: usize| self.line(line).trim_start().starts_with('#');
        while is_comment(block.start.saturating_sub(1)) {
            block.start = block.start.saturating_sub(1);
        }
        for line in block {
            self.change(line, None);
        }
    }

    /// Puts `text` where the block that begins at `line` is, as far to the right.
    pub(crate) fn replace(&mut self, line: usize, text: &str) {
        let indented = format!("{}{text}", " ".repeat(self.indentation(line)));
        for line in self.block(line) {
            self.change(line, None);
        }
        self.change(line, Some(indented));
    }

    /// Puts `texts` below `line`, as far to the right as the line that is there now.
    pub(crate) fn insert_below(&mut self, line: usize, texts: &[String]) {
        let indentation = " ".repeat(self.indentation(line.saturating_add(1)));
        let texts = texts.iter().map(|text| format!("\n{indentation}{text}"));
        let whole = self.line(line).to_owned() + &texts.collect::<String>();
        self.change(line, Some(whole));
    }

    /// The text, as changed.
    pub(crate) fn into_text(self) -> String {
        self.changed.into_iter().flatten().flat_map(|line| [line, "\n".to_owned()]).collect()
    }

    /// The lines that belong to what begins at `line`: all that are further to the right, and empty ones.
    fn block(&self, line: usize) -> Range<usize> {
        let indentation = self.indentation(line);
        let belongs = |line: &usize| self.line(*line).is_empty() || self.indentation(*line) > indentation;
        let after = (line.saturating_add(1)..=self.written.len()).take_while(belongs).last();

        line..after.unwrap_or(line).saturating_add(1)
    }

    fn line(&self, line: usize) -> &'y str {
        line.checked_sub(1).and_then(|index| self.written.get(index)).copied().unwrap_or_default()
    }

    fn indentation(&self, line: usize) -> usize {
        self.line(line).chars().take_while(|letter| *letter == ' ').count()
    }

    fn change(&mut self, line: usize, text: Option<String>) {
        if let Some(there) = line.checked_sub(1).and_then(|index| self.changed.get_mut(index)) {
            *there = text;
        }
    }
}
