// Wrappers of a fixed number of parameters, written out for each signature so that engines compile them as they would
// compile a direct call. A wrapper with rest parameters costs ten times as much.

const held = { value: null };

/**
 * A function that converts its arguments, calls, and converts the result.
 *
 * Its arguments are kept until the call has returned: bytes must not be collected while C reads them.
 */
export function wrap(call, conversions, finish = null) {
  const names = conversions.map((_, place) => `a${place}`);
  const values = names.map((name, place) => (conversions[place] ? `c${place}(${name})` : name));
  const body = `
    return (${names.join(", ")}) => {
      ${values.map((value, place) => `const v${place} = ${value};`).join("\n      ")}
      const result = call(${values.map((_, place) => `v${place}`).join(", ")});
      ${names.length ? `held.value = ${names.map((name, place) => `v${place}`).join(", ")};` : ""}
      return ${finish ? "finish(result)" : "result"};
    };`;
  const make = new Function("call", "held", "finish", ...conversions.map((_, place) => `c${place}`), body);
  return make(call, held, finish, ...conversions);
}

/** A function that C may call: it converts what C passes, calls, and converts what C is given. */
export function reply(call, conversions, finish = null) {
  return (...values) => {
    const result = call(...values.map((value, place) => (conversions[place] ? conversions[place](value) : value)));
    return finish ? finish(result) : result;
  };
}

/** A conversion that remembers its last answer: programs pass the same handle again and again. */
export function remembering(convert) {
  let last;
  let answer = convert(null);
  return (value) => {
    if (value === null) return convert(null);
    if (value === last) return answer;
    answer = convert(value);
    last = value;
    return answer;
  };
}
