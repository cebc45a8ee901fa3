import { type Locator, type Page, expect } from '@playwright/test';
import { dialog } from './pages.ts';

/** More stops than any page has. */
const STOPS_MAX = 250;
const OPTIONS_MAX = 30;

/** Somebody who uses no pointer: whatever they want they must reach. */
export class Keyboard {
  constructor(readonly page: Page) {}

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Goes on with Tab until the focus is there, past the menu of pages by the link that skips it. */
  async reach(target: Locator): Promise<void> {
    await expect(target).toBeVisible();
    for (let n = 0; n < STOPS_MAX; n++) {
      if (await target.evaluate((node) => node === document.activeElement)) return;
      await this.press('Tab');
      const skips = await this.page.evaluate(() => document.activeElement?.matches('a.skip'));
      if (skips) await this.press('Enter');
    }
    throw new Error(`${target} cannot be reached by Tab`);
  }

  async push(target: Locator): Promise<void> {
    await this.reach(target);
    await this.press('Enter');
  }

  /** Types into a field, in place of what is there. */
  async type(target: Locator, text: string): Promise<void> {
    await this.reach(target);
    await this.press('ControlOrMeta+a');
    await this.page.keyboard.type(text);
  }

  /** Takes an option out of a list that is searched by typing. */
  async find(field: Locator, text: string): Promise<void> {
    await this.reach(field);
    await this.page.keyboard.type(text);
    const found = this.page.getByRole('option', { name: text, selected: true });
    await expect(found).toBeVisible();
    await this.press('Enter');
    await expect(found).toBeHidden();
  }

  /** Sets a native list of options. */
  async select(field: Locator, label: string): Promise<void> {
    await this.reach(field);
    const chosen = () => field.evaluate((node: HTMLSelectElement) => node.selectedOptions[0]?.label.trim());
    for (let n = 0; n < OPTIONS_MAX && (await chosen()) !== label; n++) await this.press('ArrowDown');
    expect(await chosen()).toBe(label);
  }

  /** Opens a menu and takes an item. */
  async take(button: Locator, item: string): Promise<void> {
    await this.push(button);
    const wanted = this.page.getByRole('menuitem', { name: item });
    await expect(wanted).toBeVisible();
    for (let n = 0; n < OPTIONS_MAX; n++) {
      if (await wanted.evaluate((node) => node === document.activeElement)) break;
      await this.press('ArrowDown');
    }
    await this.press('Enter');
    await expect(wanted).toBeHidden();
  }

  /** Goes to a page by ⌘K or Ctrl-K. */
  async go(title: string): Promise<void> {
    await this.press('ControlOrMeta+k');
    const palette = dialog(this.page, 'Find or do anything');
    await expect(palette.getByRole('combobox')).toBeFocused();
    await this.page.keyboard.type(title);
    await expect(palette.getByRole('option', { selected: true })).toContainText(title);
    await this.press('Enter');
    await expect(this.page.getByRole('heading', { level: 1, name: title })).toBeVisible();
  }

  /** Sends a form off, also out of a text area. */
  async send(form: Locator): Promise<void> {
    await this.press('ControlOrMeta+Enter');
    await expect(form).toBeHidden();
  }
}
