//! Builds the guests in the folders it is given, and prints the path, the size and the imports of each
//! component.

use miniapp_guest_build::{GuestBuild, build_all};
use std::error::Error;
use std::fs;
use wit_component::DecodedWasm;

fn main() -> Result<(), Box<dyn Error>> {
    let guest = |folder| GuestBuild::new(folder).progress(|line| eprintln!("{line}"));
    let builds: Vec<_> = std::env::args().skip(1).map(guest).collect();
    let guests = match build_all(&builds) {
        Ok(guests) => guests,
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    };
    for guest in guests {
        let note = if guest.changed { "" } else { " (unchanged)" };
        println!("{} {} bytes{note}", guest.component.display(), guest.size);
        if let DecodedWasm::Component(resolve, world) =
            wit_component::decode(&fs::read(&guest.component)?)?
        {
            for import in resolve
                .worlds
                .get(world)
                .into_iter()
                .flat_map(|world| world.imports.keys())
            {
                println!("  {}", resolve.name_world_key(import));
            }
        }
    }
    Ok(())
}
