//! Which user agents are robots: the entry `handbill/robots` of the npm package.

use handbill_core::click;
use wasm_bindgen::prelude::*;

/// A list of robots' user agents (RD-09).
#[wasm_bindgen]
#[derive(Debug)]
pub struct RobotList(click::RobotList);

#[wasm_bindgen]
impl RobotList {
    /// The list that is compiled in. Making it takes a moment: keep it.
    #[wasm_bindgen(constructor)]
    #[must_use]
    #[expect(clippy::new_without_default, reason = "JavaScript knows no `Default`")]
    pub fn new() -> Self {
        Self(click::RobotList::embedded())
    }

    /// Whether this user agent is a robot's.
    #[wasm_bindgen(js_name = isRobot)]
    #[must_use]
    pub fn is_robot(&self, agent: &str) -> bool {
        self.0.is_robot(agent)
    }

    /// The list's version.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn version(&self) -> String {
        self.0.version().to_owned()
    }
}
