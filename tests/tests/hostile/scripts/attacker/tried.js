// What an attack has tried and what of it got where it must not, for who plays it to read.

/** Tries ways one after another, each under its name. A way says whether it got there; what it throws, it did not. */
export const tryAll = async (page, ways) => {
  const reached = [];
  let tried = 0;
  for (const name of Object.keys(ways)) {
    tried += 1;
    try {
      if (await ways[name](page)) reached.push(name);
    } catch {
      // It was refused.
    }
  }
  page.setData({ tried, reached });
};
