//! Writes `schema/` anew. Run it by `scripts/schema`.

mod files;

use std::path::Path;
use std::{fs, io};

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema");
    fs::create_dir_all(&folder)?;
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            fs::remove_file(path)?;
        }
    }
    for (name, content) in files::files()? {
        fs::write(folder.join(name), content)?;
        println!("schema/{name}");
    }
    Ok(())
}
