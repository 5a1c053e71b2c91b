// element('button', { className: 'x', onclick }, 'text', child): strings become text, never markup;
// null, undefined and false are left out.
export function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

// A fixed drawing.
export function drawing(markup) {
  const holder = document.createElement('template');
  holder.innerHTML = markup;
  return holder.content.firstElementChild;
}
