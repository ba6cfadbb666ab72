// What computes, and what reads and writes JSON: the same text in the sandbox and without one.
const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2));

const list = Array.from({ length: 1000 }, (_, id) => ({
  id,
  title: `Offer number ${id}`,
  price: id * 1.25,
  tags: ['summer', 'sale', `tag-${id % 7}`],
  open: id % 3 === 0,
}));
const text = JSON.stringify(list);

const kernels = {
  fib: () => fib(25),
  loop: () => {
    let sum = 0;
    for (let i = 0; i < 1e6; i += 1) sum = (sum + i * 3) & 0xffffff;
    return sum;
  },
  json: () => JSON.stringify(JSON.parse(text)).length,
};
