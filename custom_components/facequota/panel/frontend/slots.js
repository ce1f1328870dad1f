/** Parts of a page that are built again only when what they show has changed. */

export class Slots {
  /** `parent` shows the parts and nothing else. */
  constructor(parent) {
    this._parent = parent;
    this._shown = new Map();
  }

  /** Show these parts in this order: [name, what it shows as plain values, () => element]. */
  show(parts) {
    const names = new Set(parts.map(([name]) => name));
    for (const [name, { node }] of this._shown) {
      if (!names.has(name)) {
        node.remove();
        this._shown.delete(name);
      }
    }
    parts.forEach(([name, values, build], index) => {
      const content = JSON.stringify(values);
      const before = this._shown.get(name);
      if (before?.content !== content) this._replace(name, before?.node, build(), content);
      const { node } = this._shown.get(name);
      // A node that is moved loses its focus and where it was scrolled to.
      if (this._parent.children[index] !== node) this._parent.insertBefore(node, this._parent.children[index] ?? null);
    });
  }

  /** Put a new node in an old one's place, with the focus on the same thing in it. */
  _replace(name, old, node, content) {
    this._shown.set(name, { node, content });
    if (!old) return;
    const focused = old.contains(old.getRootNode().activeElement) && old.getRootNode().activeElement;
    old.replaceWith(node);
    if (focused?.id) node.querySelector(`#${CSS.escape(focused.id)}`)?.focus({ preventScroll: true });
  }
}
