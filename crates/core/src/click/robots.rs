//! Which user agents are robots (RD-09).

use regex_lite::Regex;

/// `crawler-user-agents`, brought into lines by `tools/robot-list.mjs`.
const LIST: &str = include_str!("../../data/robots.tsv");

/// A list of robots' user agents.
///
/// It is kept by others, from real logs, so we don't write patterns of our own.
/// One entry of theirs is left out: `^curl` is a person at a terminal, who came
/// by the link on purpose. Robots that use curl's library name themselves.
///
/// Nine in ten entries are plain texts and are searched as such; only the rest
/// are regular expressions. A search takes some 0.1 ms, so it is made once for
/// each distinct agent and kept (table `agent`), not in the redirect.
#[derive(Debug, Clone)]
pub struct RobotList {
    version: &'static str,
    literals: Vec<&'static str>,
    patterns: Vec<Regex>,
}

impl RobotList {
    /// The list that is compiled in.
    #[must_use]
    pub fn embedded() -> Self {
        let mut list = Self {
            version: "",
            literals: Vec::new(),
            patterns: Vec::new(),
        };
        for line in LIST.lines() {
            match line.split_once('\t') {
                Some(("literal", text)) => list.literals.push(text),
                // A test shows that every pattern of the list compiles.
                Some(("pattern", text)) => list.patterns.extend(Regex::new(text)),
                Some(("version", text)) => list.version = text,
                _ => {}
            }
        }
        list
    }

    /// Whether this user agent is a robot's. No user agent at all is: every
    /// browser sends one.
    #[must_use]
    pub fn is_robot(&self, agent: &str) -> bool {
        agent.trim().is_empty()
            || self.literals.iter().any(|literal| agent.contains(literal))
            || self.patterns.iter().any(|pattern| pattern.is_match(agent))
    }

    /// The list's version; a click classified under an older one can be
    /// classified again.
    #[must_use]
    pub fn version(&self) -> &str {
        self.version
    }

    /// How many entries the list has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.literals.len() + self.patterns.len()
    }

    /// Whether the list has no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
