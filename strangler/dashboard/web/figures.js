// Figures as people say them.

/** 0.000002 → "2 µs", 0.0042 → "4.2 ms", 0.13 → "130 ms", 2.1 → "2.1 s"; "–" for none. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return '–';
  const micros = Math.round(seconds * 1e6);
  if (micros < 1000) return `${micros} µs`;
  const tenths = Math.round(seconds * 1e4);  // of a millisecond
  if (tenths < 100) return `${tenths / 10} ms`;
  const millis = Math.round(seconds * 1e3);
  if (millis < 1000) return `${millis} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  return age(seconds);
}

/** Whole units, the two that matter: "45 s", "3 min", "2 h 10 min", "3 d 4 h". */
export function age(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  const days = Math.floor(hours / 24);
  return hours % 24 ? `${days} d ${hours % 24} h` : `${days} d`;
}

/** Per second: 0.04 → "0.04", 0.5 → "0.5", 1234.5 → "1.2k". */
export function rate(perSecond) {
  if (perSecond === 0) return '0';
  if (perSecond < 0.01) return '< 0.01';
  if (perSecond < 0.1) return perSecond.toFixed(2);
  if (perSecond < 9.95) return perSecond.toFixed(1).replace(/\.0$/, '');
  return count(perSecond);
}

/** 7 → "7", 1234 → "1.2k", 7654321 → "7.7M". */
export function count(number) {
  if (number < 999.5) return String(Math.round(number));
  if (number < 999_950) return `${(number / 1e3).toFixed(1)}k`;
  return `${(number / 1e6).toFixed(1)}M`;
}

/** 0.0123 → "1.2 %"; "0" for none, and never 0 for some. */
export function share(part) {
  if (part === 0) return '0';
  const percent = 100 * part;
  if (percent < 0.1) return '< 0.1 %';
  return `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** ["a", "b", "c"] → "a, b and c". */
export function listed(words) {
  return words.length < 2 ? words.join('')
                          : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}
