// Pages without a mouse, without sight, and on a small screen.
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';

export const isFocused = (element: Locator): Promise<boolean> => element.evaluate((one) => one === document.activeElement);

/** Presses Tab until an element has the focus. Every stop on the way shows that it has it, and is not hidden behind another. */
export async function tabTo(page: Page, element: Locator): Promise<void> {
  for (let stops = 0; stops < 80; stops += 1) {
    if (await isFocused(element)) return;
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const focused = document.activeElement!;
      const { outlineStyle, outlineWidth } = getComputedStyle(focused);
      const { left, top, width, height } = focused.getBoundingClientRect();
      const above = document.elementFromPoint(left + width / 2, top + Math.min(height / 2, 20));
      return { name: focused.outerHTML.slice(0, 120), isRinged: focused === document.body || (outlineStyle !== 'none' && outlineWidth !== '0px'), isSeen: focused === document.body || focused.contains(above) || above?.closest('label, .method') !== null };
    });
    assert.ok(stop.isRinged, `no ring around ${stop.name}`);
    assert.ok(stop.isSeen, `something covers ${stop.name}`);
  }
  assert.fail('Tab does not lead there');
}

/** Fails when a control has no name, a reference leads nowhere, or headings skip a level. */
export async function assertNamed(page: Page): Promise<void> {
  const faults = await page.evaluate(() => {
    const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)];
    const text = (element: HTMLElement) => element.outerHTML.slice(0, 150);
    const textOf = (id: string | null) => (id === null ? undefined : document.getElementById(id)?.textContent);
    const nameOf = (element: HTMLElement) => element.getAttribute('aria-label') ?? textOf(element.getAttribute('aria-labelledby')) ?? (element as HTMLInputElement).labels?.[0]?.textContent ?? element.textContent;
    const references = all('[aria-describedby], [aria-labelledby], label[for], [form]').flatMap((element) => ['aria-describedby', 'aria-labelledby', 'for', 'form'].flatMap((name) => (element.getAttribute(name) ?? '').split(' ').filter((id) => id !== '' && !document.getElementById(id))));
    const ids = all('[id]').map(({ id }) => id);
    const levels = all('h1, h2, h3, h4').map(({ tagName }) => Number(tagName[1]));
    return {
      nameless: all('button, input, select, a[href], nav, form, fieldset, [role=group], section, [role=region], table').filter((element) => (nameOf(element) ?? '').trim() === '').map(text),
      references,
      twice: ids.filter((id, index) => ids.indexOf(id) !== index),
      skips: levels.filter((level, index) => level > (levels[index - 1] ?? 0) + 1),
    };
  });
  assert.deepEqual(faults, { nameless: [], references: [], twice: [], skips: [] });
}

/** Fails when a text stands out too little from what is behind it: by less than 4.5 to 1. */
export async function assertContrast(page: Page): Promise<void> {
  const weak = await page.evaluate(() => {
    const channels = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
    const behind = (element: Element | null): number[] => {
      if (!element) return [255, 255, 255];
      const color = channels(getComputedStyle(element).backgroundColor);
      return color[3] === 0 ? behind(element.parentElement) : color;
    };
    const light = (color: number[]) => {
      const [red, green, blue] = color.slice(0, 3).map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
    };
    const isShown = (element: Element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim()) && !element.closest('[aria-disabled=true], .unseen');
    return [...document.querySelectorAll('main *')].filter(isShown).flatMap((element) => {
      const [a, b] = [light(channels(getComputedStyle(element).color)), light(behind(element))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      return ratio < 4.5 ? [`${ratio.toFixed(2)}: ${element.outerHTML.slice(0, 100)}`] : [];
    });
  });
  assert.deepEqual(weak, []);
}

/** Fails when the page is wider than the screen. */
export async function assertFits(page: Page, what: string): Promise<void> {
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, what);
}
