//! The class of a GPU, from the name its driver gives it.

pub use market_types::resources::DeviceClass;

/// What renders on the CPU: lavapipe, llvmpipe, SwiftShader.
pub const SOFTWARE_VULKAN: &str = "software-vulkan";

/// Names that need more than lower case and hyphens: memory is part of the class where models come with several.
const KNOWN: &[(&str, &str)] = &[
    ("h100 80gb", "nvidia-h100-80gb"),
    ("h100 pcie", "nvidia-h100-80gb"),
    ("h100 nvl", "nvidia-h100-94gb"),
    ("h200", "nvidia-h200-141gb"),
    ("a100 sxm4 80gb", "nvidia-a100-80gb"),
    ("a100 80gb", "nvidia-a100-80gb"),
    ("a100 sxm4 40gb", "nvidia-a100-40gb"),
    ("a100 pcie 40gb", "nvidia-a100-40gb"),
    ("l40s", "nvidia-l40s-48gb"),
    ("l4", "nvidia-l4-24gb"),
    ("tesla t4", "nvidia-t4-16gb"),
    ("geforce rtx 4090", "nvidia-rtx-4090-24gb"),
    ("geforce rtx 3090", "nvidia-rtx-3090-24gb"),
];

/// The class of an adapter called `name` by its driver. `software` says that it runs on the CPU.
///
/// Names not in the table become lower-case words joined by hyphens, without what stands in brackets.
pub fn classify(name: &str, software: bool) -> DeviceClass {
    if software {
        return DeviceClass(SOFTWARE_VULKAN.into());
    }
    let words = words(name);
    let model = words.strip_prefix("nvidia ").unwrap_or(&words);
    if model != words || !words.contains("nvidia") {
        let whole_word = |prefix: &str| {
            model
                .strip_prefix(prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        let variant = model.ends_with(" ti") || model.ends_with(" super") || model.ends_with(" laptop gpu");
        if let Some((_, class)) = KNOWN.iter().find(|(prefix, _)| !variant && whole_word(prefix)) {
            return DeviceClass((*class).into());
        }
    }
    let mut class = words.replace(' ', "-");
    class.truncate(DeviceClass::MAX_LEN);
    let class = class.trim_end_matches('-');
    if class.len() < DeviceClass::MIN_LEN {
        return DeviceClass("unknown-gpu".into());
    }
    DeviceClass(class.into())
}

fn words(name: &str) -> String {
    let mut depth = 0u32;
    let mut kept = String::new();
    for c in name.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            c if c.is_ascii_alphanumeric() => kept.push(c.to_ascii_lowercase()),
            _ => kept.push(' '),
        }
    }
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_follows_from_the_name_the_driver_gives() {
        for (name, class) in [
            ("NVIDIA H100 80GB HBM3", "nvidia-h100-80gb"),
            ("NVIDIA H100 PCIe", "nvidia-h100-80gb"),
            ("NVIDIA H200", "nvidia-h200-141gb"),
            ("NVIDIA A100-SXM4-40GB", "nvidia-a100-40gb"),
            ("NVIDIA A100 80GB PCIe", "nvidia-a100-80gb"),
            ("NVIDIA L4", "nvidia-l4-24gb"),
            ("NVIDIA L40S", "nvidia-l40s-48gb"),
            ("NVIDIA GeForce RTX 4090", "nvidia-rtx-4090-24gb"),
            (
                "NVIDIA GeForce RTX 4090 Laptop GPU",
                "nvidia-geforce-rtx-4090-laptop-gpu",
            ),
            ("AMD Radeon RX 7900 XTX (RADV NAVI31)", "amd-radeon-rx-7900-xtx"),
            ("Intel(R) Arc(tm) A770 Graphics (DG2)", "intel-arc-a770-graphics"),
            ("", "unknown-gpu"),
        ] {
            assert_eq!(classify(name, false).0, class, "{name}");
            classify(name, false).check().unwrap();
        }
    }

    #[test]
    fn whatever_runs_on_the_cpu_is_software() {
        assert_eq!(
            classify("llvmpipe (LLVM 15.0.6, 256 bits)", true).0,
            SOFTWARE_VULKAN
        );
    }
}
