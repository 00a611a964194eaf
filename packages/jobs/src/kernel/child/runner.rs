//! One job's pipeline and buffers; runs its units one after another.

use std::num::NonZeroU64;

use wgpu::{BindingType, BufferBindingType, BufferUsages};

use super::gpu::{Gpu, GpuError};
use crate::kernel::job::{JobWords, JOB_BYTES};
use crate::kernel::View;
use crate::Manifest;

/// Distance of two `Job`s in the uniform buffer: the largest alignment that adapters ask for.
const JOB_STRIDE: u64 = 256;

pub struct Runner<'g> {
    gpu: &'g Gpu,
    manifest: &'g Manifest,
    view: View,
    pipeline: wgpu::ComputePipeline,
    bindings: wgpu::BindGroup,
    jobs: wgpu::Buffer,
    output: wgpu::Buffer,
    scratch: wgpu::Buffer,
    read_back: wgpu::Buffer,
}

impl<'g> Runner<'g> {
    /// Compiles `source`, which has been validated, and uploads `inputs`. Without `part` whole units are run.
    ///
    /// # Errors
    /// The driver refuses.
    pub fn new(
        gpu: &'g Gpu,
        manifest: &'g Manifest,
        part: Option<View>,
        source: &str,
        inputs: &[Vec<u8>],
    ) -> Result<Self, GpuError> {
        let (width, height) = manifest.output.extent();
        let view = part.unwrap_or(View::whole(width, height));
        let output_bytes = match part {
            Some(view) => view.samples().saturating_mul(4),
            None => manifest.output.bytes(),
        };
        let device = &gpu.device;
        let buffer = |size: u64, usage| {
            let size = size.next_multiple_of(4).max(4);
            device.create_buffer(&wgpu::BufferDescriptor {
                label: None,
                size,
                usage,
                mapped_at_creation: false,
            })
        };
        let storage = BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST;
        let output = buffer(output_bytes, storage);
        let scratch = buffer(manifest.kernel.scratch_bytes, storage);
        let read_back = buffer(output_bytes, BufferUsages::MAP_READ | BufferUsages::COPY_DST);
        let jobs = buffer(
            JOB_STRIDE.saturating_mul(manifest.kernel.dispatches.into()),
            BufferUsages::UNIFORM | BufferUsages::COPY_DST,
        );
        let inputs: Vec<wgpu::Buffer> = inputs
            .iter()
            .map(|content| {
                let mut padded = content.clone();
                padded.resize(content.len().next_multiple_of(4), 0);
                let made = buffer(
                    padded.len() as u64,
                    BufferUsages::STORAGE | BufferUsages::COPY_DST,
                );
                gpu.queue.write_buffer(&made, 0, &padded);
                made
            })
            .collect();

        let layout = bind_group_layout(device, inputs.len() as u32);
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: None,
            source: wgpu::ShaderSource::Wgsl(source.into()),
        });
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: None,
            layout: Some(&pipeline_layout),
            module: &module,
            entry_point: Some(&manifest.kernel.entry),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            cache: None,
        });
        let job = wgpu::BufferBinding {
            buffer: &jobs,
            offset: 0,
            size: NonZeroU64::new(JOB_BYTES as u64),
        };
        let mut entries = vec![
            wgpu::BindGroupEntry {
                binding: 0,
                resource: wgpu::BindingResource::Buffer(job),
            },
            wgpu::BindGroupEntry {
                binding: 1,
                resource: output.as_entire_binding(),
            },
            wgpu::BindGroupEntry {
                binding: 2,
                resource: scratch.as_entire_binding(),
            },
        ];
        entries.extend(
            (3u32..)
                .zip(&inputs)
                .map(|(binding, input)| wgpu::BindGroupEntry {
                    binding,
                    resource: input.as_entire_binding(),
                }),
        );
        let descriptor = wgpu::BindGroupDescriptor {
            label: None,
            layout: &layout,
            entries: &entries,
        };
        let bindings = device.create_bind_group(&descriptor);
        gpu.check()?;
        Ok(Self {
            gpu,
            manifest,
            view,
            pipeline,
            bindings,
            jobs,
            output,
            scratch,
            read_back,
        })
    }

    /// Runs all dispatches of `unit` and returns its output.
    ///
    /// # Errors
    /// The device fails or is lost.
    pub fn run(&self, unit: u32) -> Result<Vec<u8>, GpuError> {
        let Gpu { device, queue, .. } = self.gpu;
        let mut jobs = vec![0; self.jobs.size() as usize];
        for (dispatch, slot) in (0..).zip(jobs.chunks_exact_mut(JOB_STRIDE as usize)) {
            let words = JobWords::new(self.manifest, self.view, unit, dispatch);
            slot[..JOB_BYTES].copy_from_slice(bytemuck::bytes_of(&words));
        }
        queue.write_buffer(&self.jobs, 0, &jobs);

        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.clear_buffer(&self.output, 0, None);
        encoder.clear_buffer(&self.scratch, 0, None);
        queue.submit([encoder.finish()]);
        let [x, y, z] = self.workgroups();
        for dispatch in 0..self.manifest.kernel.dispatches {
            // A submission each: a GPU may serve others in between, and no driver takes the whole unit for a hang.
            let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&self.pipeline);
            pass.set_bind_group(0, &self.bindings, &[dispatch.saturating_mul(JOB_STRIDE as u32)]);
            pass.dispatch_workgroups(x, y, z);
            drop(pass);
            queue.submit([encoder.finish()]);
            self.gpu.check()?;
        }
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(&self.output, 0, &self.read_back, 0, self.output.size());
        queue.submit([encoder.finish()]);
        self.read()
    }

    /// Enough to cover the view: as many to the whole as the view has samples to the frame's pixels.
    fn workgroups(&self) -> [u32; 3] {
        let [x, y, z] = self.manifest.kernel.workgroups;
        let (width, height) = self.manifest.output.extent();
        let share = |groups: u32, samples: u32, side: u32| {
            let scaled = u64::from(groups)
                .saturating_mul(samples.into())
                .div_ceil(u64::from(side.max(1)));
            u32::try_from(scaled).unwrap_or(groups).min(groups).max(1)
        };
        [
            share(x, self.view.width, width),
            share(y, self.view.height, height),
            z,
        ]
    }

    fn read(&self) -> Result<Vec<u8>, GpuError> {
        let (sender, receiver) = std::sync::mpsc::channel();
        self.read_back.map_async(wgpu::MapMode::Read, .., move |mapped| {
            // The receiver is gone only if this function has returned an error already.
            drop(sender.send(mapped));
        });
        self.gpu.finish()?;
        let lost = |e: &dyn std::fmt::Display| GpuError::ReadBack(e.to_string());
        receiver.recv().map_err(|e| lost(&e))?.map_err(|e| lost(&e))?;
        let output = self
            .read_back
            .get_mapped_range(..)
            .map_err(|e| lost(&e))?
            .to_vec();
        self.read_back.unmap();
        Ok(output)
    }
}

fn bind_group_layout(device: &wgpu::Device, inputs: u32) -> wgpu::BindGroupLayout {
    let entry = |binding, ty, has_dynamic_offset, min_binding_size| wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: BindingType::Buffer {
            ty,
            has_dynamic_offset,
            min_binding_size,
        },
        count: None,
    };
    let read_write = BufferBindingType::Storage { read_only: false };
    let read_only = BufferBindingType::Storage { read_only: true };
    let mut entries = vec![
        entry(
            0,
            BufferBindingType::Uniform,
            true,
            NonZeroU64::new(JOB_BYTES as u64),
        ),
        entry(1, read_write, false, None),
        entry(2, read_write, false, None),
    ];
    entries.extend((3..3 + inputs).map(|binding| entry(binding, read_only, false, None)));
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: None,
        entries: &entries,
    })
}
