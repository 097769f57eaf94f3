//! Quantities as a person reads them: durations, counts, shares and times of a run, to three significant digits.
//!
//! The one place that rounds for the eye, so that a terminal and a picture say the same number. What a program reads
//! keeps its digits: see [`crate::report`].

/// What stands for a number that has no meaning.
pub const NOTHING: &str = "–";

/// A duration of so many milliseconds, in the unit that keeps it short: `850µs`, `12.3ms`, `4.2s`, `3.5m`, `2h`.
pub fn duration(ms: f64) -> String {
    const UNITS: [(f64, &str); 4] = [(1.0, "ms"), (1e3, "s"), (60e3, "m"), (3_600e3, "h")];
    if ms == 0.0 {
        return "0ms".to_owned();
    }
    if ms.abs() < 0.9995 {
        return format!("{}µs", digits(ms * 1e3));
    }
    // Seconds stay seconds up to two minutes: that is how timeouts are spoken of.
    let (size, unit) = match ms.abs() {
        x if x < 999.5 => UNITS[0],
        x if x < 119_950.0 => UNITS[1],
        x if x < 119.95 * 60e3 => UNITS[2],
        _ => UNITS[3],
    };
    format!("{}{unit}", digits(ms / size))
}

/// A number that counts something, shortened above ten thousand: `987`, `9,999`, `12.3k`, `4.56M`.
pub fn count(n: f64) -> String {
    match n.abs() {
        x if x < 9_999.5 => grouped(n),
        x if x < 999_500.0 => format!("{}k", digits(n / 1e3)),
        x if x < 999.5e6 => format!("{}M", digits(n / 1e6)),
        _ => format!("{}G", digits(n / 1e9)),
    }
}

/// A whole number with every digit, in groups of three: `12,345,678`.
pub fn whole(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A share as a percentage. Next to 100 % it shows as many nines as it takes to tell it from 100 %: `99.95%`.
pub fn share(x: f64) -> String {
    let percent = x * 100.0;
    let off = (100.0 - percent).abs();
    if 0.0 < off && off < 0.000_1 {
        return if percent < 100.0 { "99.9999%" } else { "100.0001%" }.to_owned();
    }
    let decimals = match off {
        _ if percent == 0.0 || off == 0.0 => 0,
        _ if off < 0.001 => 4,
        _ if off < 0.01 => 3,
        _ if off < 1.0 => 2,
        _ => 1,
    };
    format!("{percent:.decimals$}%")
}

/// A moment of a run of so many seconds: `3:05`, and `1:03:05` where the run lasts an hour or more.
pub fn clock(s: f64, run_s: f64) -> String {
    let s = s.max(0.0).round() as u64;
    let (h, m, s) = (s / 3600, s / 60 % 60, s % 60);
    if run_s < 3600.0 { format!("{m}:{s:02}") } else { format!("{h}:{m:02}:{s:02}") }
}

/// A length of simulated time, as a scenario file writes it: `45s`, `10m`, `1h30m`.
pub fn length(s: f64) -> String {
    let whole = s.round() as u64;
    if (s - whole as f64).abs() > 1e-9 || whole == 0 {
        return format!("{}s", digits(s));
    }
    let parts = [(whole / 3600, "h"), (whole / 60 % 60, "m"), (whole % 60, "s")];
    parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n}{unit}")).collect()
}

/// Three significant digits, without trailing zeros after the point.
pub fn digits(x: f64) -> String {
    let decimals = match x.abs() {
        a if a < 0.000_5 => return if x == 0.0 { "0".to_owned() } else { format!("{x:.1e}") },
        a if a < 0.099_95 => 4,
        a if a < 0.999_5 => 3,
        a if a < 9.995 => 2,
        a if a < 99.95 => 1,
        _ => 0,
    };
    let text = format!("{x:.decimals$}");
    if decimals == 0 { text } else { text.trim_end_matches('0').trim_end_matches('.').to_owned() }
}

/// A name in at most `room` characters: the middle gives way, since names of a kind begin alike and end alike.
pub fn elided(name: &str, room: usize) -> String {
    let chars: Vec<char> = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if chars.len() <= room {
        return chars.into_iter().collect();
    }
    let kept = room.saturating_sub(1);
    let head = kept.div_ceil(2);
    let mut out: String = chars[..head].iter().collect();
    if room > 0 {
        out.push('…');
    }
    out.extend(&chars[chars.len() - (kept - head)..]);
    out
}

fn grouped(n: f64) -> String {
    if n.abs() < 1000.0 {
        digits(n)
    } else {
        format!("{}{}", if n < 0.0 { "-" } else { "" }, whole(n.abs().round() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(read: impl Fn(f64) -> String, cases: &[(f64, &str)]) {
        for (value, expected) in cases {
            assert_eq!(read(*value), *expected, "{value}");
        }
    }

    #[test]
    fn durations_pick_the_unit_that_keeps_them_short() {
        check(
            duration,
            &[
                (0.0, "0ms"),
                (0.0123, "12.3µs"),
                (0.85, "850µs"),
                (0.9999, "1ms"),
                (12.34, "12.3ms"),
                (999.4, "999ms"),
                (999.9, "1s"),
                (4_200.0, "4.2s"),
                (90_000.0, "90s"),
                (210_000.0, "3.5m"),
                (7_200_000.0, "2h"),
            ],
        );
    }

    #[test]
    fn counts_are_shortened_above_ten_thousand() {
        check(
            count,
            &[
                (0.0, "0"),
                (3.256, "3.26"),
                (987.0, "987"),
                (9_999.0, "9,999"),
                (12_345.0, "12.3k"),
                (999_999.0, "1M"),
                (4_560_000.0, "4.56M"),
                (7.2e9, "7.2G"),
            ],
        );
        assert_eq!(whole(12_345_678), "12,345,678");
        assert_eq!(whole(999), "999");
    }

    #[test]
    fn shares_show_the_nines() {
        check(
            share,
            &[
                (0.0, "0%"),
                (0.123_4, "12.3%"),
                (0.95, "95.0%"),
                (0.999_5, "99.95%"),
                (0.999_95, "99.995%"),
                (0.999_999, "99.9999%"),
                (0.999_999_99, "99.9999%"),
                (1.0, "100%"),
                (1.5, "150.0%"),
            ],
        );
    }

    #[test]
    fn times_of_a_run() {
        check(|s| clock(s, 600.0), &[(0.0, "0:00"), (185.4, "3:05"), (600.0, "10:00")]);
        check(|s| clock(s, 7200.0), &[(185.0, "0:03:05"), (3785.0, "1:03:05")]);
        check(length, &[(0.0, "0s"), (0.25, "0.25s"), (45.0, "45s"), (600.0, "10m"), (5400.0, "1h30m")]);
    }

    #[test]
    fn long_names_lose_their_middle() {
        assert_eq!(elided("gateway.checkout", 16), "gateway.checkout");
        assert_eq!(elided("gateway.checkout", 9), "gate…kout");
        assert_eq!(elided("größe.über", 5), "gr…er");
        assert_eq!(elided("abc", 1), "…");
        assert_eq!(elided("abc", 0), "");
        assert_eq!(elided("a\nb\u{7}", 10), "a b ");
    }
}
