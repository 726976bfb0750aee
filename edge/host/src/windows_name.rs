//! What a Windows is called, from what its registry says. Pure.

/// The first build of Windows 11, which calls itself 10 in the registry.
const WINDOWS_11: u32 = 22_000;

/// `product` as in "Windows 10 Pro", `version` as in "23H2", `build` as in "22631"; all of them may be missing.
pub(crate) fn windows_name(product: Option<&str>, version: Option<&str>, build: Option<&str>) -> String {
    let product = product.map(str::trim).filter(|product| !product.is_empty());
    let product = product.unwrap_or("Windows");
    let number = build.and_then(|build| build.trim().parse::<u32>().ok());
    let product = if number.is_some_and(|number| number >= WINDOWS_11) {
        product.replacen("Windows 10", "Windows 11", 1)
    } else {
        product.to_owned()
    };
    let detail = match (
        version.map(str::trim).filter(|version| !version.is_empty()),
        number,
    ) {
        (Some(version), _) => version.to_owned(),
        (None, Some(number)) => format!("({number})"),
        (None, None) => return product,
    };
    format!("{product} {detail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_11_is_called_so_whatever_it_says_itself() {
        let name = windows_name(Some("Windows 10 Pro"), Some("23H2"), Some("22631"));
        assert_eq!(name, "Windows 11 Pro 23H2");
        let name = windows_name(Some("Windows 10 Home"), Some("22H2"), Some("19045"));
        assert_eq!(name, "Windows 10 Home 22H2");
        let name = windows_name(Some("Windows Server 2022 Standard"), Some("21H2"), Some("20348"));
        assert_eq!(name, "Windows Server 2022 Standard 21H2");
    }

    #[test]
    fn what_is_missing_is_left_out() {
        assert_eq!(
            windows_name(Some("Windows 10 Enterprise 2016 LTSB"), None, Some("14393")),
            "Windows 10 Enterprise 2016 LTSB (14393)"
        );
        assert_eq!(windows_name(None, None, None), "Windows");
        assert_eq!(windows_name(Some(" "), Some(""), Some("nonsense")), "Windows");
    }
}
