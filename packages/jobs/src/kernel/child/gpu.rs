//! A Vulkan device.

use std::sync::{Arc, Mutex, PoisonError};

use wgpu::{Backends, DeviceType};

use crate::executor::Unavailable;
use crate::kernel::Adapter;

#[derive(Debug, thiserror::Error)]
pub enum GpuError {
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    #[error("the device reports: {0}")]
    Device(String),
    #[error("the device was lost: {0}")]
    Lost(String),
    #[error("the output could not be read back: {0}")]
    ReadBack(String),
}

pub struct Gpu {
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
    pub adapter: Adapter,
    /// First error that no scope caught.
    fault: Arc<Mutex<Option<String>>>,
}

impl Gpu {
    /// Opens the best adapter: a discrete GPU, then an integrated or virtual one, then software.
    ///
    /// # Errors
    /// There is none, or it gives no device.
    pub fn open() -> Result<Self, Unavailable> {
        let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
        descriptor.backends = Backends::VULKAN;
        descriptor.flags = wgpu::InstanceFlags::empty();
        let instance = wgpu::Instance::new(descriptor);
        let adapters = pollster::block_on(instance.enumerate_adapters(Backends::VULKAN));
        let adapter = adapters
            .into_iter()
            .min_by_key(|a| rank(a.get_info().device_type))
            .ok_or(Unavailable::NoAdapter)?;
        let offered = adapter.limits();
        let limits = wgpu::Limits {
            max_buffer_size: offered.max_buffer_size,
            max_storage_buffer_binding_size: offered.max_storage_buffer_binding_size,
            ..wgpu::Limits::downlevel_defaults()
        };
        let descriptor = wgpu::DeviceDescriptor {
            label: None,
            required_features: wgpu::Features::empty(),
            required_limits: wgpu::Limits {
                max_storage_buffers_per_shader_stage: 6,
                ..limits
            },
            experimental_features: wgpu::ExperimentalFeatures::disabled(),
            memory_hints: wgpu::MemoryHints::Performance,
            trace: wgpu::Trace::Off,
        };
        let (device, queue) = pollster::block_on(adapter.request_device(&descriptor))
            .map_err(|e| Unavailable::NoDevice(e.to_string()))?;
        let fault = Arc::new(Mutex::new(None));
        let kept = Arc::clone(&fault);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            kept.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get_or_insert(error.to_string());
        }));
        Ok(Self {
            adapter: describe(&adapter.get_info(), &offered),
            device,
            queue,
            fault,
        })
    }

    /// # Errors
    /// The first error since the last call.
    pub fn check(&self) -> Result<(), GpuError> {
        match self.fault.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(message) => Err(GpuError::Device(message)),
            None => Ok(()),
        }
    }

    /// Blocks until all that was submitted is done.
    ///
    /// # Errors
    /// The device is lost.
    pub fn finish(&self) -> Result<(), GpuError> {
        self.device
            .poll(wgpu::PollType::wait_indefinitely())
            .map_err(|e| GpuError::Lost(e.to_string()))?;
        self.check()
    }
}

fn rank(kind: DeviceType) -> u8 {
    match kind {
        DeviceType::DiscreteGpu => 0,
        DeviceType::IntegratedGpu => 1,
        DeviceType::VirtualGpu => 2,
        DeviceType::Other => 3,
        DeviceType::Cpu => 4,
    }
}

fn describe(info: &wgpu::AdapterInfo, limits: &wgpu::Limits) -> Adapter {
    Adapter {
        name: info.name.clone(),
        driver: info.driver.clone(),
        driver_info: info.driver_info.clone(),
        pci_bus_id: info.device_pci_bus_id.clone(),
        software: info.device_type == DeviceType::Cpu,
        max_buffer_bytes: limits.max_buffer_size.min(limits.max_storage_buffer_binding_size),
    }
}
